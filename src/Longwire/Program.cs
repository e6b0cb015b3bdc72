using Longwire.Commands;
using Longwire.Composition;

return await CommandLine.RunAsync(args, ProgramContext.Machine(), CancellationToken.None);
