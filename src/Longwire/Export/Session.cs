using System.Net.Sockets;

namespace Longwire.Export;

/// <summary>A stick being served.</summary>
/// <param name="Connection">Our copy of what the kernel reads and writes; null for a session that our former life began.</param>
/// <param name="Client">For the log.</param>
internal sealed record Session(Stick Stick, Socket? Connection, string Client);
