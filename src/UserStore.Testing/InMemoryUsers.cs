using System.Diagnostics.CodeAnalysis;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;
using UserStore.Privacy;

namespace UserStore.Testing;

/// <summary>Represents the stored users of an in-memory store, with their reservations. Not safe for concurrent use: the store holds the
/// lock.</summary>
internal sealed class InMemoryUsers<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    InMemoryTable<TUser> table,
    InMemoryReservations<TUser>? reservations,
    InMemoryTombstones? tombstones,
    UserInput<TUser> input,
    UserItems<TUser> items)
    where TUser : class
{
    public InMemoryTable<TUser> Table => table;

    /// <summary>Gets the reservations; null if the type has no unique values.</summary>
    public InMemoryReservations<TUser>? Reservations => reservations;

    public TUser Create(PreparedUser<TUser> created)
    {
        if (table.FindAny(created.Key) is { } row && !row.IsExpired(created.Now))
            throw row.IsRestricted ? UserAlreadyExistsException.ForRestricted(created.Key) : new UserAlreadyExistsException(created.Key);
        tombstones?.Check(created.Key);
        reservations?.Move(created.Key, from: [], to: created.Reserved, created.Now);
        return Store(RowOf(created));
    }

    /// <summary>Replaces the revision from which a user was made.</summary>
    public TUser Replace(TUser user, PreparedUser<TUser> next)
    {
        InMemoryRow<TUser> row = FindExpected(next.Key, user, next.Now);
        if (input.Roles.KnownOf(user) is null)
            input.CheckExpiry(next);
        MappedProperty[] kept = [.. input.Model.WrittenOnce.Where(property => row.ValueOf(property) is not null)];
        foreach (MappedProperty property in kept)
            property.SetValue(next.User, property.GetValue(row.User));
        if (kept.Length > 0)
            next = next with { Reserved = input.UniqueValues.ReservedIn(property => property.ScalarOf(next.User)) };
        reservations?.Move(next.Key, reservations.ReservedBy(row), next.Reserved, next.Now);
        Revision revision = row.Revision.Next(input.WriteIds.NextAbove(row.Revision.WriteId, next.Key));
        input.Roles.Attach(next.User, revision.WriteId, revision.BirthId);
        return Store(RowOf(next with { Revision = revision }));
    }

    /// <summary>Stores a user in place of any other.</summary>
    public TUser Overwrite(PreparedUser<TUser> user)
    {
        table.FindWritable(user.Key, user.Now);
        tombstones?.Check(user.Key);
        return Store(RowOf(user));
    }

    public TUser Patch(PreparedPatch patch)
    {
        InMemoryRow<TUser> row = table.FindWritable(patch.Key, patch.Now) ?? throw new UserNotFoundException(patch.Key);
        if (patch.ExpectedVersion is { } expected && row.Revision.Version != expected)
            throw new UserConflictException(patch.Key, expected, row.Revision.Version);
        InMemoryRow<TUser> patched = InMemoryPatch.Apply(patch, row);
        if (patch.Condition?.Accepts(row) == false)
            throw new UserConditionFailedException(patch.Key, row.Revision.Version);
        items.Check(patched.User);
        reservations?.Move(patch.Key, reservations.ReservedBy(row), input.UniqueValues.CheckedIn(patched.ScalarOf), patch.Now);
        return Store(patched);
    }

    /// <summary>Deletes a user, if there is one at the expected version, and returns it.</summary>
    public TUser? Delete(UserKey key, long? expectedVersion)
    {
        DateTimeOffset now = input.Now();
        if (table.FindWritable(key, now) is not { } row)
            return null;
        if (expectedVersion is not null && row.Revision.Version != expectedVersion)
            throw new UserConflictException(key, expectedVersion, row.Revision.Version);
        Remove(row, now);
        return Copy(row);
    }

    /// <summary>Deletes the revision that a user was read from.</summary>
    public void DeleteUnchanged(UserKey key, TUser user)
    {
        DateTimeOffset now = input.Now();
        Remove(FindExpected(key, user, now), now);
    }

    /// <summary>Erases a user, whether or not it exists, and leaves a tombstone.</summary>
    public UserErasureReceipt Erase(UserKey key)
    {
        InMemoryRow<TUser>? row = table.FindAny(key);
        if (row is null && tombstones!.Find(key) is { } before)
            return before;
        if (row is not null)
            Remove(row, input.Now());
        return tombstones!.Add(key);
    }

    /// <summary>Restricts or releases a user.</summary>
    public void Restrict(UserKey key, bool isRestricted)
    {
        if (table.FindAny(key) is not { } row || row.IsExpired(input.Now()))
            throw new UserNotFoundException(key);
        if (row.IsRestricted == isRestricted)
            return;
        Revision next = row.Revision.Next(input.WriteIds.NextAbove(row.Revision.WriteId, key));
        TUser user = Copy(row);
        input.Roles.SetVersion(user, next.Version);
        input.Roles.Attach(user, next.WriteId, next.BirthId);
        Store(row with { User = user, Revision = next, IsRestricted = isRestricted });
    }

    /// <summary>Returns the keys of all users, expired or not, and of all owners of reservations.</summary>
    public IReadOnlySet<UserKey> Keys()
        => table.ReadAll(afterKey: null).Select(row => row.Key).Concat(reservations?.ReadAll(after: null).Select(entry => entry.OwnerKey) ?? []).ToHashSet();

    [return: NotNullIfNotNull(nameof(row))]
    public static TUser? Copy(InMemoryRow<TUser>? row) => row is null ? null : UserCopier.Copy(row.User);

    private InMemoryRow<TUser> RowOf(PreparedUser<TUser> prepared)
        => new(prepared.Key, prepared.User, prepared.Revision, input.Roles.ExpiryOf(prepared.User), []);

    private InMemoryRow<TUser> FindExpected(UserKey key, TUser user, DateTimeOffset now)
    {
        InMemoryRow<TUser>? row = table.FindWritable(key, now);
        long? version = input.Roles.VersionOf(user);
        bool isExpected = row is not null && row.Revision.Version == version && (input.Roles.KnownOf(user) is { } known
            ? row.Revision.WriteId == known.WriteId
            : Equals(input.Model.CreatedAt?.GetValue(user), input.Model.CreatedAt?.GetValue(row.User)));
        return isExpected ? row! : throw new UserConflictException(key, version, row?.Revision.Version, row is null);
    }

    private void Remove(InMemoryRow<TUser> row, DateTimeOffset now)
    {
        reservations?.Move(row.Key, reservations.ReservedBy(row), to: [], now);
        table.Remove(row, now);
    }

    private TUser Store(InMemoryRow<TUser> row)
    {
        table.Put(row, input.Now());
        return Copy(row);
    }
}
