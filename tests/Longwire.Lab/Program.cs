using Longwire.Lab.Story;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Longwire.Lab;

/// <summary>The lab's tests, or, with <c>story</c> as the first word, the story that script/demo tells.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args)
    {
        if (args is ["story", .. string[] rest]) return StoryCommand.RunAsync(rest);
        // As the entry point that xunit would make for us: the test platform's server asks for itself.
        return args.Any(argument => argument is "--server" or "--internal-msbuild-node")
            ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : ConsoleRunner.Run(args);
    }
}
