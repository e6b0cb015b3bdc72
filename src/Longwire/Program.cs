using Longwire.Commands;
using Longwire.Composition;

return await CommandLine.RunAsync(args, Surroundings.Machine(), CancellationToken.None);
