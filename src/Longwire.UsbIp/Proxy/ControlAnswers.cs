using System.Buffers.Binary;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// The last good answers to control INs, by their 8 setup bytes: what a driver is told while the stick cannot be asked. Bounded; the one
/// that has not changed for longest goes.
/// </summary>
internal sealed class ControlAnswers
{
    /// <summary>A longer answer is not kept: string descriptors have 255 bytes, configurations of serial sticks less.</summary>
    public const int MostData = 512;

    private const int Most = 64;
    private readonly List<Answer> _answers = new(Most);

    public void Note(ReadOnlySpan<byte> setup, ReadOnlySpan<byte> data)
    {
        if (data.Length > MostData) return;
        ulong key = BinaryPrimitives.ReadUInt64BigEndian(setup);
        Answer? answer = Find(key);
        if (answer is null && _answers.Count < Most) answer = new Answer();
        else if (answer is null) _answers.Remove(answer = _answers[0]);
        else _answers.Remove(answer);
        answer.Key = key;
        if (answer.Data.Length < data.Length) answer.Data = new byte[data.Length];
        data.CopyTo(answer.Data);
        answer.Length = data.Length;
        ControlRequests.SayNothingWaits(setup, answer.Data.AsSpan(0, answer.Length));
        _answers.Add(answer);
    }

    public bool TryGet(ReadOnlySpan<byte> setup, out ReadOnlySpan<byte> data)
    {
        Answer? answer = Find(BinaryPrimitives.ReadUInt64BigEndian(setup));
        data = answer is null ? [] : answer.Data.AsSpan(0, answer.Length);
        return answer is not null;
    }

    private Answer? Find(ulong key)
    {
        foreach (Answer answer in _answers)
        {
            if (answer.Key == key) return answer;
        }
        return null;
    }

    private sealed class Answer
    {
        public ulong Key { get; set; }

        public byte[] Data { get; set; } = [];

        public int Length { get; set; }
    }
}
