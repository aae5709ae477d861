using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using UserStore.Modeling;
using UserStore.Replication;

namespace UserStore.Testing;

/// <summary>Keeps the latest changes, like the stream of a table. Not safe for concurrent use: the store holds the lock.</summary>
internal sealed class InMemoryChanges<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(int capacity)
    where TUser : class
{
    private readonly Queue<(InMemoryRow<TUser>? Before, InMemoryRow<TUser>? After, long Number, DateTimeOffset At)> _changes = new();
    private long _count;

    public void Add(InMemoryRow<TUser>? before, InMemoryRow<TUser>? after, DateTimeOffset now)
    {
        if (capacity == 0 || (before is null && after is null))
            return;
        if (_changes.Count == capacity)
            _changes.Dequeue();
        _changes.Enqueue((before, after, ++_count, now));
    }

    public IReadOnlyList<UserChange<TUser>> Take()
    {
        UserChange<TUser>[] taken = [.. _changes.Select(change => new UserChange<TUser>
        {
            Kind = change.Before is null ? UserChangeKind.Inserted : change.After is null ? UserChangeKind.Removed : UserChangeKind.Modified,
            Key = (change.After ?? change.Before)!.Key,
            OldUser = Copy(change.Before),
            NewUser = Copy(change.After),
            SequenceNumber = change.Number.ToString(CultureInfo.InvariantCulture),
            Timestamp = change.At,
        })];
        _changes.Clear();
        return taken;
    }

    private static TUser? Copy(InMemoryRow<TUser>? row) => row is null ? null : UserCopier.Copy(row.User);
}
