using Longwire.Options;

namespace Longwire.Attach;

/// <summary>Starts what runs beside the reconciler. Tests put scripted ones in their place.</summary>
internal interface IAttachTasks
{
    public IAttachment Start(AttachRequest request);

    public IPiWatch Start(PiOptions pi);
}
