using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace UserStore.Preparation;

/// <summary>Creates the ids of writes. They are ordered as strings: an id starts with the time of its creation and ends at random.</summary>
/// <remarks>
/// No promise depends on the time: it only makes it likely that an id exceeds those of earlier writes by other processes, which saves a request.
/// The ids of one clock in one process always rise.
/// </remarks>
internal sealed class WriteIds
{
    /// <summary>Stands for an earlier write that is not remembered; less than every id.</summary>
    public const string Floor = "-";

    // Above every letter and digit, and thereby above the random ids of earlier versions of this library.
    private const char Prefix = '~';
    private const string Digits = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"; // in the order of their UTF-8 bytes
    private const int BitsPerDigit = 6;
    private const int TimeDigits = 9; // microseconds since 1970, enough until the year 2540
    private const int RandomDigits = 8;

    private static readonly ConditionalWeakTable<TimeProvider, WriteIds> Instances = [];

    private readonly TimeProvider _time;
    private long _last;

    private WriteIds(TimeProvider time) => _time = time;

    /// <summary>Returns the ids of a clock, which all stores of the process that use the clock share.</summary>
    public static WriteIds Of(TimeProvider time) => Instances.GetValue(time, static time => new WriteIds(time));

    public string Next() => Create(NextTime());

    /// <summary>Returns an id that exceeds another one.</summary>
    /// <param name="id">The other id; null for none.</param>
    /// <param name="key">The user.</param>
    /// <exception cref="UserStoreUnavailableException">No id exceeds it. This library creates no such id.</exception>
    public string NextAbove(string? id, UserKey key)
    {
        string next = Next();
        if (id is null || string.CompareOrdinal(id, next) < 0)
            return next;
        return TimeOf(id) is { } time && time + 1 < 1L << (TimeDigits * BitsPerDigit) ? Create(time + 1) : throw new UserStoreUnavailableException(
            $"The attribute 'write_id' of user '{key}' is not an id that UserStore created, and exceeds all of them. Remove the attribute.",
            isTransient: false);
    }

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private static long? TimeOf(string id)
    {
        if (id.Length < 1 + TimeDigits || id[0] != Prefix)
            return null;
        long time = 0;
        foreach (char digit in id.AsSpan(1, TimeDigits))
        {
            if (Digits.IndexOf(digit, StringComparison.Ordinal) is not (>= 0 and var value))
                return null;
            time = (time << BitsPerDigit) + value;
        }

        return time;
    }

    private static string Create(long time) => string.Create(1 + TimeDigits + RandomDigits, time, static (id, time) =>
    {
        id[0] = Prefix;
        for (int i = TimeDigits; i >= 1; i--)
            (id[i], time) = (Digits[(int)(time & ((1 << BitsPerDigit) - 1))], time >> BitsPerDigit);
        WriteRandomDigits(id[(1 + TimeDigits)..]);
    });

    // The end of a new Guid, which is random and never repeats, also in a process that was copied or restored.
    private static void WriteRandomDigits(Span<char> digits)
    {
        Span<byte> guid = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(guid);
        ulong random = BinaryPrimitives.ReadUInt64LittleEndian(guid[8..]) >> 16;
        foreach (ref char digit in digits)
            (digit, random) = (Digits[(int)(random & ((1 << BitsPerDigit) - 1))], random >> BitsPerDigit);
    }

    private long NextTime()
    {
        long now = Microseconds(_time.GetUtcNow() - DateTimeOffset.UnixEpoch);
        while (true)
        {
            long last = Interlocked.Read(ref _last);
            long next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
                return next;
        }
    }
}
