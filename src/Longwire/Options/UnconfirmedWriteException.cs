using System.Diagnostics.CodeAnalysis;

namespace Longwire.Options;

/// <summary>No answer came to what was to be written: it may have been, or may be yet. The message is a clause for a person.</summary>
[SuppressMessage("Design", "CA1064", Justification = "This program has no public API for it to leave by.")]
[SuppressMessage("Design", "CA1032", Justification = "A failure without its clause and cause is of no use to anybody.")]
internal sealed class UnconfirmedWriteException(string message, Exception inner) : IOException(message, inner);
