using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach;

/// <summary>Everything that can happen to the attach side. All of it passes through one bounded channel to one reader.</summary>
internal abstract record AttachEvent
{
    /// <param name="Loaded">As they are in force.</param>
    internal sealed record OptionsLoaded(LoadedOptions<AttachOptions> Loaded) : AttachEvent;

    internal sealed record Commanded(RadioCommand Command) : AttachEvent;

    internal sealed record PiCommanded(PiCommand Command) : AttachEvent;

    /// <summary>News of the kernel; an overrun means that some was lost and all must be looked at again.</summary>
    internal sealed record KernelChanged(Uevent Uevent) : AttachEvent;

    /// <param name="Asked">When the list was asked for (monotonic): what was attached later is not judged by it.</param>
    internal sealed record PiAnswered(string PiId, DeviceList List, TimeSpan RoundTrip, long Asked) : AttachEvent;

    /// <param name="Accepted">It took the connection, and then did not answer in time: slow, or hung, but there.</param>
    internal sealed record PiSilent(string PiId, string Reason, bool Accepted = false) : AttachEvent
    {
        public PiSilenceKind Manner { get; init; }
    }

    /// <summary>What a Pi says of its machine.</summary>
    internal sealed record PiVitalsTold(string PiId, Vitals Vitals) : AttachEvent;

    /// <summary>What became of a stick that a Pi was to set anew.</summary>
    internal sealed record StickReset(string PiId, BusId BusId, ResetStep Step, ResetOutcome Outcome) : AttachEvent;

    /// <summary>The stick has been imported and asked who it is; it waits for the answer what to do with it.</summary>
    internal sealed record Identified(
        IAttachment Attachment, ExportedDevice Device, DeviceIdentity Identity, CarrierMemory Carrier,
        TaskCompletionSource<AttachDecision> Answer)
        : AttachEvent;

    /// <summary>A port is about to be used, or came up: to be remembered before the next step.</summary>
    internal sealed record Recorded(IAttachment Attachment, Memory.AttachRecord Record, TaskCompletionSource Remembered) : AttachEvent;

    /// <summary>The kernel could read what we could not: all that is known of the stick now.</summary>
    internal sealed record KernelRead(IAttachment Attachment, DeviceIdentity Identity) : AttachEvent;

    /// <summary>A root hub turned up after the start: to be remembered before it is held.</summary>
    internal sealed record HubsFound(Memory.HubAuthorizationMemory Found, TaskCompletionSource Remembered) : AttachEvent;

    /// <summary>Its ttys are there, and were named in a <see cref="SerialPathsFound"/> before: from here on it is attached.</summary>
    internal sealed record CameUp(IAttachment Attachment, int TtyCount) : AttachEvent;

    /// <param name="IsShortOfUrbs">The server on the Pi has room for fewer pending URBs than the driver here has.</param>
    internal sealed record Measured(IAttachment Attachment, TimeSpan? RoundTrip, bool IsShortOfUrbs = false) : AttachEvent
    {
        /// <inheritdoc cref="CarrierFigures.Urbs"/>
        public UrbFigures? Urbs { get; init; }
    }

    internal sealed record SerialPathsFound(IAttachment Attachment, IReadOnlyList<string> Paths) : AttachEvent
    {
        /// <summary>Those of them that may still change.</summary>
        public IReadOnlyList<string> Provisional { get; init; } = [];

        /// <summary>Those of them that may lead to another device by now, each with the one that cannot.</summary>
        public IReadOnlyList<SharedSerialPath> Shared { get; init; } = [];
    }

    /// <summary>Its Pi is away and waited for, or there again.</summary>
    /// <param name="Hold">Null: it is there.</param>
    /// <param name="Carrier">Of now: another connection may have taken the place of the one that it came with.</param>
    /// <param name="Reseats">How often that has happened.</param>
    internal sealed record HoldChanged(IAttachment Attachment, CarrierHold? Hold, CarrierMemory Carrier, int Reseats = 0) : AttachEvent
    {
        /// <summary>The stick as its Pi described it last; null: as before.</summary>
        public ExportedDevice? Device { get; init; }
    }

    /// <summary>The tty is gone; cleaning up goes on.</summary>
    internal sealed record WentDown(IAttachment Attachment, AttachOutcome.Lost Loss) : AttachEvent;

    /// <summary>Nothing of the attempt is left, its port free.</summary>
    internal sealed record Ended(IAttachment Attachment, AttachOutcome Outcome) : AttachEvent;

    /// <summary>Something outside the reconciler's knowledge changed what people should be told: a full disk, a second Longwire.</summary>
    internal sealed record ProblemsChanged(string Source, string? Problem) : AttachEvent;
}

/// <summary>A name below /dev/serial that another device has come to share.</summary>
/// <param name="Path">As it was given to people.</param>
/// <param name="Own">By where the device sits, which no other shares; null where there is none.</param>
internal sealed record SharedSerialPath(string Path, string? Own);
