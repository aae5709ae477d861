using UserStore.DynamoDb;

namespace UserStore.ServerTests.Exploration;

/// <summary>Two or three calls that meet at one user or one email.</summary>
/// <param name="Name">The name.</param>
/// <param name="PrepareAsync">Stores what the calls meet, and returns the user that they read, if any.</param>
/// <param name="Calls">The calls, each with its name. They get the store of their own process, the prepared user, and the ids of the run.</param>
internal sealed record Scenario(
    string Name,
    Func<Ids, IUserStore<User>, Task<User?>> PrepareAsync,
    params (string Name, Func<Ids, Process, User?, Task> Call)[] Calls)
{
    /// <summary>Gets what a third process writes at any moment, quickly and without faults.</summary>
    public Func<Ids, IUserStore<User>, Task>? Burst { get; init; }

    /// <summary>Gets a value indicating whether a refusal of a call needs no other writer.</summary>
    public bool MayRefuseAlone { get; init; }

    /// <summary>Gets a value indicating whether a user that a call creates is deleted by another.</summary>
    public bool DeletesCreatedUsers { get; init; }

    /// <summary>Gets how many requests of a run are not simply delivered.</summary>
    public int MaxFaults { get; init; } = 1;

    /// <summary>Gets the clocks of the processes relative to the server's.</summary>
    public TimeSpan[] Skews { get; init; } = [TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero];

    public bool UniqueEmails { get; init; } = true;

    public override string ToString() => Name;
}

/// <summary>The user and the emails of one run.</summary>
internal sealed record Ids(string Run)
{
    public string User => $"u-{Run}";

    public string OtherUser => $"o-{Run}";

    public string Email => $"a.{Run}@example.test";

    public string NewEmail => $"b.{Run}@example.test";
}

/// <summary>A process with one store.</summary>
internal sealed record Process(DynamoDbUserStore<User> Store, DynamoDbUserBatchWriter<User> Writer, ScheduledWire Wire);
