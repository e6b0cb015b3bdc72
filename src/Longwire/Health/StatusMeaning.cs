namespace Longwire.Health;

/// <summary>What a status means to a person.</summary>
/// <param name="Connected">The port is there.</param>
/// <param name="Problem">Somebody should look.</param>
/// <param name="Explanation">What it means and what to do; at most 255 characters, which is what a Home Assistant state may hold.</param>
internal readonly record struct StatusMeaning(bool Connected, bool Problem, string Explanation)
{
    public static StatusMeaning Of(RadioSnapshot radio, PiSnapshot? pi) => throw new NotImplementedException();
}
