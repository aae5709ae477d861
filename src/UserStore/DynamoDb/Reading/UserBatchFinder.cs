using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads users by many ids with concurrent batch requests, and returns them in the order of the ids.</summary>
internal sealed class UserBatchFinder<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserTable<TUser> table)
    where TUser : User
{
    // Each holds up to a hundred users until those before it are taken.
    private const int MaxRequests = 8;

    public async IAsyncEnumerable<UserLookup<TUser>> FindAsync(
        IAsyncEnumerable<string> userIds, ReadConsistency consistency, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<UserLookup<TUser>[]>>();
        IAsyncEnumerator<string> source = userIds.GetAsyncEnumerator(cancellationToken);
        try
        {
            (bool hasMore, Exception? failure) = (true, null);
            while (hasMore || running.Count > 0)
            {
                while (hasMore && running.Count < MaxRequests)
                {
                    (List<string> ids, hasMore, failure) = await TakeAsync(source).ConfigureAwait(false);
                    if (ids.Count > 0)
                        running.Enqueue(ReadAsync(ids, consistency, stop.Token));
                }

                if (!running.TryDequeue(out Task<UserLookup<TUser>[]>? first))
                    continue;
                foreach (UserLookup<TUser> lookup in await first.ConfigureAwait(false))
                    yield return lookup;
            }

            // All earlier ids were looked up; the result fails where the sequence of ids failed.
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

    private static async Task<(List<string> Ids, bool HasMore, Exception? Failure)> TakeAsync(IAsyncEnumerator<string> source)
    {
        var ids = new List<string>(TableReader.MaxKeys);
        try
        {
            while (ids.Count < TableReader.MaxKeys)
            {
                if (!await source.MoveNextAsync().ConfigureAwait(false))
                    return (ids, false, null);
                UserInput<TUser>.CheckId(source.Current);
                ids.Add(source.Current);
            }

            return (ids, true, null);
        }
        catch (Exception failure)
        {
            return (ids, false, failure); // thrown to the caller after the results of earlier ids
        }
    }

    private async Task<UserLookup<TUser>[]> ReadAsync(List<string> ids, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        StoreCall call = table.Sender.Begin(cancellationToken);
        var items = await table.Reader.FindManyAsync(
            call, table.Schema.Users, ids.ToHashSet(StringComparer.Ordinal), consistency).ConfigureAwait(false);
        DateTimeOffset now = table.Input.Now();
        return [.. ids.Select(id => LookupOf(id, items.GetValueOrDefault(id), now))];
    }

    private UserLookup<TUser> LookupOf(string userId, Dictionary<string, AttributeValue>? item, DateTimeOffset now)
    {
        var stored = new StoredUser(item, table.Model);
        if (!stored.Exists(now))
            return new UserLookup<TUser>(userId, null);
        (TUser? user, UnreadableUser? unreadable) = table.ToUserOrReport(stored);
        return new UserLookup<TUser>(userId, user) { Unreadable = unreadable };
    }
}
