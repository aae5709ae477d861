using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads users by many ids: several requests at once, results in the order of the ids.</summary>
internal sealed class UserBatchFinder<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserTable<TUser> table)
    where TUser : User
{
    // Each may hold the users of a hundred ids until those before are taken.
    private const int MaxRequests = 8;

    private readonly BatchReader _batches = new(table.Client);

    public async IAsyncEnumerable<UserLookup<TUser>> FindAsync(
        IAsyncEnumerable<string> userIds, ReadConsistency consistency, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<UserLookup<TUser>[]>>();
        IAsyncEnumerator<string> source = userIds.GetAsyncEnumerator(cancellationToken);
        try
        {
            (bool goesOn, Exception? failure) = (true, null);
            while (goesOn || running.Count > 0)
            {
                while (goesOn && running.Count < MaxRequests)
                {
                    (List<string> ids, goesOn, failure) = await TakeAsync(source).ConfigureAwait(false);
                    if (ids.Count > 0)
                        running.Enqueue(ReadAsync(ids, consistency, stop.Token));
                }

                if (!running.TryDequeue(out Task<UserLookup<TUser>[]>? first))
                    continue;
                foreach (UserLookup<TUser> lookup in await first.ConfigureAwait(false))
                    yield return lookup;
            }

            // All before it was found; now the sequence fails where it failed to give the next id.
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

    private static async Task<(List<string> Ids, bool GoesOn, Exception? Failure)> TakeAsync(IAsyncEnumerator<string> source)
    {
        var ids = new List<string>(BatchReader.MaxKeys);
        try
        {
            while (ids.Count < BatchReader.MaxKeys)
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
            return (ids, false, failure); // thrown to the caller when its turn comes
        }
    }

    private async Task<UserLookup<TUser>[]> ReadAsync(List<string> ids, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        StoreCall call = table.Sender.Begin(cancellationToken);
        var items = await _batches.ReadAsync(
            call, table.Schema.Users, ids.ToHashSet(StringComparer.Ordinal), consistency).ConfigureAwait(false);
        DateTimeOffset now = table.Requests.Now();
        return [.. ids.Select(id => new UserLookup<TUser>(id, UserIn(items.GetValueOrDefault(id), now)))];
    }

    private TUser? UserIn(Dictionary<string, AttributeValue>? item, DateTimeOffset now)
    {
        var stored = new StoredUser(item, table.Model);
        return stored.Exists(now) ? table.ToUser(stored) : null;
    }
}
