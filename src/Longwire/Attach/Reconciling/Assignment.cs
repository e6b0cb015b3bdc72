using System.Collections.Immutable;
using Longwire.State;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// An attachment that runs, and what the reconciler knows of it. Whom it belongs to is <see cref="Assignments"/>' alone to change.
/// </summary>
/// <param name="listed">False: asked for only to learn whether somebody else has it.</param>
internal sealed class Assignment(string piId, BusId busId, bool listed)
{
    public string PiId { get; } = piId;

    /// <summary>Where it was imported from last; <see cref="Assignments"/>' alone to change.</summary>
    public BusId BusId { get; set; } = busId;
    public bool Listed { get; } = listed;

    /// <summary>Whose it is: guessed from kind and port at first, certain once identified.</summary>
    public string? RadioId { get; set; }
    public IAttachment? Attachment { get; set; }
    public AssignmentPhase Phase { get; set; }
    public bool IsUp => Phase == AssignmentPhase.Up;

    /// <summary>The stick was ours at some time: until its Pi has noticed the end, "in use" means us.</summary>
    public bool Identified { get; set; }
    public long UpAt { get; set; }

    /// <summary>The same by the wall clock: as it was then, and put right since.</summary>
    public DateTimeOffset CameUpAt { get; set; }

    /// <inheritdoc cref="CameUpAt"/>
    public DateTimeOffset Since { get; set; }

    /// <summary>The names of its ttys; known before it is up.</summary>
    public ImmutableArray<string> SerialPorts { get; set; } = [];

    /// <summary>Those of <see cref="SerialPorts"/> that may still change.</summary>
    public ImmutableArray<string> ProvisionalPorts { get; set; } = [];

    /// <summary>Those of <see cref="SerialPorts"/> that another device has come to share.</summary>
    public ImmutableArray<SharedSerialPath> SharedPaths { get; set; } = [];
    public TimeSpan? RoundTrip { get; set; }

    /// <inheritdoc cref="CarrierFigures.Urbs"/>
    public UrbFigures? Urbs { get; set; }

    /// <summary>Its Pi is away, and its port waits; null: it is there. <see cref="Outages"/>' alone to change.</summary>
    public CarrierHold? Hold { get; set; }

    /// <inheritdoc cref="ICarrier.Reseats"/>
    public int Reseats { get; set; }

    /// <summary>It was in the hold that is about to end.</summary>
    public bool IsReseated { get; set; }

    /// <inheritdoc cref="AttachEvent.Measured" path="/param[@name='IsShortOfUrbs']"/>
    public bool IsShortOfUrbs { get; set; }

    /// <inheritdoc cref="AttachRequest.TakeOver"/>
    public bool TakesOver { get; set; }

    /// <summary>We ended it ourselves; what it reports afterwards is an echo.</summary>
    public bool Cancelled { get; set; }
}
