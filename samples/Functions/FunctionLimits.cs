namespace Functions;

/// <summary>The limits of the functions: the stack deploys the timeouts and the batch size, and the services stay within them.</summary>
/// <remarks>
/// The longest call of the store takes <see cref="RetryTimeout"/> and two <see cref="AttemptTimeout"/>, the second one to read what a lost
/// write has done: 12 seconds, which leave 3 seconds of <see cref="CreateUser"/>. While the target is throttled, a change is attempted for 90
/// seconds at most, so that an outage of a minute costs no retry of the batch. The changes that have to wait for it are reported as failed at the
/// end of <see cref="Dispatch"/>, and Lambda delivers them again; a function that is stopped instead fails its whole batch. A batch of which
/// each change takes the longest successful attempt, 9 seconds, fits: 7 rounds of 16 users take 63 seconds.
/// </remarks>
public static class FunctionLimits
{
    /// <summary>The maximum number of stream records of an invocation.</summary>
    public const int BatchSize = 100;

    /// <summary>The maximum number of users whose changes are handled concurrently.</summary>
    public const int MaxConcurrency = 16;

    /// <summary>The maximum number of attempts to apply a change, each of which takes <see cref="RetryTimeout"/> while the target is throttled.</summary>
    public const int MaxAttempts = 10;

    /// <summary>The timeout of the function that creates users.</summary>
    public static readonly TimeSpan CreateUser = TimeSpan.FromSeconds(15);

    /// <summary>The timeout of the function that replicates users.</summary>
    public static readonly TimeSpan ReplicateUsers = TimeSpan.FromMinutes(2);

    /// <summary>How long the dispatch of changes may take; the rest is for the response and the log, also of an instance that is slow.</summary>
    public static readonly TimeSpan Dispatch = ReplicateUsers - TimeSpan.FromSeconds(10);

    /// <summary>The first delay between attempts, which doubles: a change that fails at once, and always, is given up after 5 seconds.</summary>
    public static readonly TimeSpan BaseDelay = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a call of the store retries its requests.</summary>
    public static readonly TimeSpan RetryTimeout = TimeSpan.FromSeconds(6);

    /// <summary>How long a request waits for its response.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(3);
}
