namespace Longwire.Benchmarks.Beside;

/// <summary>The programs show their page.</summary>
/// <param name="Prepare">Is given the data folder of each before it starts; null: nothing is to be done there.</param>
internal sealed record ContestantPage(Action<string>? Prepare);
