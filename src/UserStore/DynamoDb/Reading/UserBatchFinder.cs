using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads users by many keys with concurrent batch requests, and returns them in the order of the keys.</summary>
internal sealed class UserBatchFinder<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserTable<TUser> table)
    where TUser : class
{
    // Each holds up to a hundred users until those before it are taken.
    private const int MaxRequests = 8;
    private const int NotFound = -1;

    public async IAsyncEnumerable<UserLookup<TUser>> FindAsync(
        IAsyncEnumerable<UserKey> keys, ReadConsistency consistency, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<UserLookup<TUser>[]>>();
        IAsyncEnumerator<UserKey> source = keys.GetAsyncEnumerator(cancellationToken);
        try
        {
            (bool hasMore, Exception? failure) = (true, null);
            while (hasMore || running.Count > 0)
            {
                while (hasMore && running.Count < MaxRequests)
                {
                    (List<UserKey> taken, hasMore, failure) = await TakeAsync(source).ConfigureAwait(false);
                    if (taken.Count > 0)
                        running.Enqueue(ReadAsync(taken, consistency, stop.Token));
                }

                if (!running.TryDequeue(out Task<UserLookup<TUser>[]>? first))
                    continue;
                foreach (UserLookup<TUser> lookup in await first.ConfigureAwait(false))
                    yield return lookup;
            }

            // All earlier keys were looked up; the result fails where the sequence of keys failed.
            if (failure is not null)
                ExceptionDispatchInfo.Throw(failure);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<(List<UserKey> Keys, bool HasMore, Exception? Failure)> TakeAsync(IAsyncEnumerator<UserKey> source)
    {
        var keys = new List<UserKey>(TableReader.MaxKeys);
        try
        {
            while (keys.Count < TableReader.MaxKeys)
            {
                if (!await source.MoveNextAsync().ConfigureAwait(false))
                    return (keys, false, null);
                table.Model.Key.Check(source.Current);
                keys.Add(source.Current);
            }

            return (keys, true, null);
        }
        catch (Exception failure)
        {
            return (keys, false, failure); // thrown to the caller after the results of earlier keys
        }
    }

    private async Task<UserLookup<TUser>[]> ReadAsync(List<UserKey> keys, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        StoreCall call = table.Sender.Begin(cancellationToken);
        var positions = new Dictionary<UserKey, int>(keys.Count);
        foreach (UserKey key in keys)
            positions[key] = NotFound;
        List<ReadItem<TUser>> items = await table.Requests.GetManyAsync(call, positions.Keys, consistency).ConfigureAwait(false);
        if (table.Encryption is not null)
            items = await UnlockAsync(call, items).ConfigureAwait(false);
        for (int i = 0; i < items.Count; i++)
            positions[items[i].Key ?? table.Model.Key.FindIn(items[i].Item!)!.Value] = i;
        DateTimeOffset now = table.Input.Now();
        return [.. keys.Select(key => LookupOf(key, positions[key] is var i and not NotFound ? items[i] : default, now))];
    }

    private async Task<List<ReadItem<TUser>>> UnlockAsync(StoreCall call, List<ReadItem<TUser>> items)
        => (await table.UnlockAsync(call, items.ConvertAll(static item => (0, item.Item!))).ConfigureAwait(false))
            .ConvertAll(static unlocked => ReadItem<TUser>.Of(unlocked.User.Item) with { Cipher = unlocked.User.Cipher });

    private UserLookup<TUser> LookupOf(UserKey key, ReadItem<TUser> item, DateTimeOffset now)
    {
        if (!table.Exists(item, now))
            return new UserLookup<TUser>(key, null);
        if (item.User is not null)
            return new UserLookup<TUser>(key, item.User);
        (TUser? user, UnreadableUser? unreadable) = table.ToUserOrReport(new StoredUser(item.Item, table.Model) { Cipher = item.Cipher });
        return new UserLookup<TUser>(key, user) { Unreadable = unreadable };
    }
}
