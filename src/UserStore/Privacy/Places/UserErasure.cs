using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Tombstones;

namespace UserStore.Privacy.Places;

/// <summary>Erases what all places store of a user, and writes the tombstone.</summary>
/// <remarks>
/// One transaction does all that fits into one. Otherwise the tombstone comes first, so that nothing new is stored, and the user last, so that whoever
/// erases again after a crash still finds what belongs to the user.
/// </remarks>
internal sealed class UserErasure(
    IAmazonDynamoDB client,
    RequestSender sender,
    TombstoneTable tombstones,
    NamedTable[] tables,
    IReadOnlyList<IUserDataPlace> places,
    Func<StoreCall, UserKey, Task> freeze)
{
    private const int MaxItemsOfAnySize = 8; // of up to 400 KB

    public async Task<Tombstone> EraseAsync(UserKey key, CancellationToken cancellationToken)
    {
        // Without a key: a lost response is a failure that may pass, because an erasure can be repeated.
        StoreCall call = sender.Begin(cancellationToken);
        for (int round = 1; ; round++)
        {
            Tombstone? tombstone = await tombstones.FindAsync(call, key).ConfigureAwait(false);
            var held = new List<HeldData>();
            foreach (IUserDataPlace place in places)
                held.Add(await place.FindAsync(call, key).ConfigureAwait(false));
            if (tombstone is not null && !held.SelectMany(data => data.Items).Any(item => item.Delete is not null))
                return tombstone;

            (TransactWriteItem write, Tombstone next) = tombstones.Renew(key, tombstone);
            List<TransactWriteItem> all = [write, .. held.SelectMany(ActionsOf)];
            bool fits = all.Count <= TransactionRequest.MaxActions && held.Sum(SizeOf) <= TransactionRequest.MaxBytes;
            ConditionFailure? failure = await (fits ? SendAsync(call, all) : EraseInPartsAsync(call, write, held)).ConfigureAwait(false);
            if (failure is null && fits && places.All(place => place.IsChecked))
                return next;
            if (failure is null)
                continue; // what was stored between the reads and the tombstone is found now
            // Another writer changed the user, or erases it as well. Nobody changes it from now on.
            await freeze(call, key).ConfigureAwait(false);
            if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
            {
                throw new UserStoreUnavailableException(
                    $"User '{key}' could not be erased, because other writers kept changing it. Erase it again.", failure.Exception)
                {
                    Operation = failure.Operation,
                    TableNames = [.. tables.Select(table => table.TableName)],
                };
            }
        }
    }

    /// <summary>Deletes one item of an erased user, unless it was changed since it was read.</summary>
    public async Task<bool> TryDeleteAsync(HeldItem item, CancellationToken cancellationToken)
        => item.Delete is { } delete
            && await SendAsync(sender.Begin(cancellationToken), [new TransactWriteItem { Delete = delete }]).ConfigureAwait(false) is null;

    private async Task<ConditionFailure?> EraseInPartsAsync(StoreCall call, TransactWriteItem tombstone, List<HeldData> held)
    {
        if (await SendAsync(call, [tombstone]).ConfigureAwait(false) is { } conflict)
            return conflict;

        // The store is the first of the places. It goes last, in one transaction, unless other programs gave the user more values than the store does.
        IEnumerable<HeldItem[]> ofOthers = held.Skip(1).SelectMany(data => data.Items).Where(item => item.Delete is not null).Chunk(MaxItemsOfAnySize);
        IEnumerable<TransactWriteItem[]> parts = ofOthers.Select(items => items.Select(ToAction).ToArray())
            .Concat(ActionsOf(held[0]).Chunk(TransactionRequest.MaxActions));
        foreach (TransactWriteItem[] part in parts)
        {
            if (await SendAsync(call, [.. part]).ConfigureAwait(false) is { } changed)
                return changed;
        }

        return null;
    }

    private Task<ConditionFailure?> SendAsync(StoreCall call, List<TransactWriteItem> actions) => call.TransactAsync(client, tables, actions);

    private static IEnumerable<TransactWriteItem> ActionsOf(HeldData data)
        => data.Items.Where(item => item.Delete is not null).Select(ToAction).Concat(data.Checks);

    private static TransactWriteItem ToAction(HeldItem item) => new() { Delete = item.Delete };

    private static long SizeOf(HeldData data) => data.Items.Sum(item => ItemRules.SizeOf(item.Item));
}
