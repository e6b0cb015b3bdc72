using Longwire.Commands;

return await CommandLine.RunAsync(args, Surroundings.Machine(), CancellationToken.None);
