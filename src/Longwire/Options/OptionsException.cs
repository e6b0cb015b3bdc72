namespace Longwire.Options;

/// <summary>
/// The options could not be read at all: exit 2. The message is a sentence for a person with file, place and remedy. It
/// never quotes the file: what broke the grammar may well be a password.
/// </summary>
internal sealed class OptionsException : Exception
{
    public OptionsException(string message) : base(message)
    {
    }

    public OptionsException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public OptionsException()
    {
    }
}
