namespace UserStore.ServerTests.Exploration;

/// <summary>What happens to a request.</summary>
internal enum Delivery
{
    /// <summary>The server processes the request, and the response arrives.</summary>
    Delivered,

    /// <summary>The server processes the request, and the connection breaks before the response arrives.</summary>
    LostAfter,

    /// <summary>The connection breaks before the server receives the request.</summary>
    LostBefore,

    /// <summary>The connection breaks, and the server receives the request later.</summary>
    Delayed,

    /// <summary>The server receives the request twice, and the first response arrives. The second time comes later, unless the first was
    /// refused.</summary>
    Duplicated,
}

/// <summary>The decisions of one run: at each point, the number of the alternative that was taken.</summary>
/// <remarks>Decisions that are not prescribed are the first alternative. From the alternatives that a run did not take, all other schedules
/// follow, each once.</remarks>
internal sealed class Schedule(string prefix)
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    private readonly List<(int Taken, int Alternatives)> _decisions = [];

    /// <summary>Gets the number of the schedule: one character for each decision, 0 to 9 and a to z.</summary>
    public string Number => string.Concat(_decisions.Select(decision => ToDigit(decision.Taken))).TrimEnd('0') is { Length: > 0 } number ? number : "0";

    /// <summary>Takes one of several alternatives.</summary>
    public int Choose(int alternatives)
    {
        int at = _decisions.Count;
        int taken = at < prefix.Length ? FromDigit(prefix[at]) : 0;
        if (taken >= alternatives)
            throw new InvalidOperationException($"Schedule {prefix} does not exist: decision {at} has {alternatives} alternatives.");
        _decisions.Add((taken, alternatives));
        return taken;
    }

    /// <summary>Returns the schedules that differ from this one in a decision that was not prescribed.</summary>
    public IEnumerable<string> Others()
    {
        string taken = string.Concat(_decisions.Select(decision => ToDigit(decision.Taken)));
        for (int at = prefix.Length; at < _decisions.Count; at++)
        {
            for (int other = _decisions[at].Taken + 1; other < _decisions[at].Alternatives; other++)
                yield return taken[..at] + ToDigit(other);
        }
    }

    private static char ToDigit(int value) => Digits[value];

    private static int FromDigit(char digit) => Digits.IndexOf(digit, StringComparison.Ordinal);
}
