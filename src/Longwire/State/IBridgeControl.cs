namespace Longwire.State;

/// <summary>Where a person's commands to Longwire itself go. What came of one shows in a later snapshot.</summary>
internal interface IBridgeControl
{
    /// <summary>Never blocks and never fails; what cannot be done now is said in the log.</summary>
    public void Handle(BridgeCommand command);
}
