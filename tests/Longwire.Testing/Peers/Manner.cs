using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>
/// One way in which a server differs from the kernel's usbipd, which is what each of these does if it is not overridden. A
/// <see cref="UsbipServer"/> has any number of them.
/// </summary>
internal abstract class Manner
{
    /// <summary>The next connection is taken when this one is over, a session included.</summary>
    public virtual bool ServesOneAtATime => false;

    /// <summary>What somebody has is in the list all the same.</summary>
    public virtual bool ListsWhatIsHeld => false;

    /// <summary>What somebody has is taken from him for the next who asks.</summary>
    public virtual bool GivesWhatIsHeld => false;

    /// <summary>What becomes of a question for the list.</summary>
    /// <param name="number">The how manieth, from 1 on.</param>
    public virtual Reply ToList(int number) => Reply.Given;

    /// <summary>What becomes of an import.</summary>
    public virtual Reply ToImport => Reply.Given;

    /// <summary>Changes a stick's record in the list.</summary>
    public virtual void ChangeListed(byte[] record)
    {
    }

    /// <summary>Changes a stick's record in the answer to an import.</summary>
    public virtual void ChangeImported(byte[] record)
    {
    }

    /// <summary>Changes the list as it is sent, its header included.</summary>
    public virtual byte[] ChangeList(byte[] list) => list;

    /// <summary>Changes what becomes of a transfer; null: it waits.</summary>
    /// <param name="waiting">How many others wait in this session.</param>
    public virtual UrbAnswer? Change(CmdSubmit submit, UrbAnswer? answer, int waiting) => answer;

    /// <summary>Runs before a transfer that need not wait is answered.</summary>
    public virtual Task BeforeAnswerAsync(CmdSubmit submit) => Task.CompletedTask;

    /// <summary>A session has ended.</summary>
    public virtual void Ended(ServedStick stick)
    {
    }
}

internal enum Reply
{
    Given,

    /// <summary>The connection ends in good order instead.</summary>
    Closed,

    /// <summary>Nothing happens any more on the connection.</summary>
    Withheld,
}
