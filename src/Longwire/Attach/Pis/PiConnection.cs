using System.Net;
using Longwire.Link.Tls;
using Longwire.Link.Wire;

namespace Longwire.Attach.Pis;

/// <summary>A connection to a Pi that has welcomed us.</summary>
/// <param name="EndPoint">Where it is.</param>
/// <param name="ConnectTime">One round trip, unless a packet was lost.</param>
internal sealed record PiConnection(LinkConnection Connection, Welcome Welcome, IPEndPoint EndPoint, TimeSpan ConnectTime);
