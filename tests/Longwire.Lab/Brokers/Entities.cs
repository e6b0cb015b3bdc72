namespace Longwire.Lab.Brokers;

public sealed class Entities
{
    public static Entities From(IReadOnlyList<Message> messages) => new();
}
