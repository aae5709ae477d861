using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.Batching;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Creates users with unique values, as many in one transaction as fit. A user whose condition fails is created alone.</summary>
internal sealed class TransactedCreates<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, UserWrites<TUser> writes)
    : BatchOperation<TUser>(table.FindKey)
    where TUser : class
{
    private const int RevisionBytes = 200; // the ids that the store adds
    private const int DataKeyBytes = 4_500; // the wrapped key, its hash, and their names
    private const int ReservationBytes = 5_300; // a key of 2048 bytes and an owner of 3072, and their names

    public override (object Prepared, UserKey Key) Prepare(TUser item)
    {
        PreparedUser<TUser> created = table.Input.PrepareCreate(item);
        table.Requests.Check(created.User);
        return (created, created.Key);
    }

    public override IEnumerable<IReadOnlyList<BatchItem<TUser>>> Group(IReadOnlyList<BatchItem<TUser>> items)
    {
        var group = new List<BatchItem<TUser>>();
        var reservations = new HashSet<ReservedValue>();
        (int actions, long bytes) = (0, 0);
        foreach (BatchItem<TUser> item in items)
        {
            PreparedUser<TUser> user = PreparedIn(item);
            int needed = 1 + user.Reserved.Count + (table.Tombstones is null ? 0 : 1) + (table.Encryption is null ? 0 : 1);
            long size = table.Requests.SizeOf(user.User) + ((long)user.Reserved.Count * ReservationBytes) + RevisionBytes
                + (table.Encryption is null ? 0 : DataKeyBytes);
            // One transaction may not write the same reservation twice.
            if (actions + needed > TransactionRequest.MaxActions || bytes + size > TransactionRequest.MaxBytes || user.Reserved.Any(reservations.Contains))
            {
                yield return group;
                group = [];
                reservations.Clear();
                (actions, bytes) = (0, 0);
            }

            group.Add(item);
            reservations.UnionWith(user.Reserved);
            (actions, bytes) = (actions + needed, bytes + size);
        }

        yield return group;
    }

    public override async Task SendAsync(
        IReadOnlyList<BatchItem<TUser>> items, BatchRequest<TUser> request, CancellationToken cancellationToken)
    {
        List<BatchItem<TUser>> together = [.. items];
        var alone = new List<BatchItem<TUser>>();
        bool responseWasLost = false;
        try
        {
            while (together.Count > 1)
            {
                StoreCall call = table.Sender.Begin(cancellationToken, together[0].Key, request.Retry, request);
                (List<BatchItem<TUser>> failed, bool isLost) = await TryAsync(call, together).ConfigureAwait(false);
                responseWasLost |= isLost;
                if (failed.Count == 0)
                {
                    request.Tally.AddWritten(together.Count);
                    together.Clear();
                }

                alone.AddRange(failed);
                together.RemoveAll(failed.Contains);
            }
        }
        catch (InvalidUserException)
        {
            // DynamoDB rejects the transaction for one user; each alone shows which one it is.
        }
        catch (Exception failure)
        {
            foreach (BatchItem<TUser> item in together)
                await FailAsync(item, failure, request).ConfigureAwait(false);
            together.Clear();
        }

        foreach (BatchItem<TUser> item in together.Concat(alone))
            await CreateAloneAsync(item, request, responseWasLost, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates users in one transaction, or none if conditions fail; returns the users whose conditions failed.</summary>
    private async Task<(List<BatchItem<TUser>> Failed, bool ResponseWasLost)> TryAsync(StoreCall call, List<BatchItem<TUser>> items)
    {
        var actions = new List<TransactWriteItem>();
        var owners = new List<BatchItem<TUser>>();
        var writers = new List<ExpressionWriter>(items.Count);
        try
        {
            WriteCipher[]? ciphers = table.Encryption is { } encryption
                ? await Task.WhenAll(items.Select(item => encryption.ForNewAsync(call, PreparedIn(item).Key))).ConfigureAwait(false)
                : null;
            foreach ((int position, BatchItem<TUser> item) in items.Index())
            {
                PreparedUser<TUser> user = PreparedIn(item);
                writers.Add(table.Requests.NewExpression());
                WriteCipher? cipher = ciphers?[position];
                actions.Add(new TransactWriteItem { Put = writes.Creation.ToPut(user, writers[^1], cipher) });
                owners.Add(item);
                foreach (TransactWriteItem companion in table.Encryption?.CompanionsOf(cipher) ?? [])
                {
                    actions.Add(companion);
                    owners.Add(item);
                }

                foreach (ReservedValue value in user.Reserved)
                {
                    actions.Add(writes.Reservations!.Acquire(value, user.Key));
                    owners.Add(item);
                }

                if (table.Tombstones is { } tombstones)
                {
                    actions.Add(tombstones.AbsenceOf(user.Key));
                    owners.Add(item);
                }
            }

            ConditionFailure? failure = await writes.Transaction!.SendOnceAsync(call, actions, batchSize: items.Count).ConfigureAwait(false);
            return failure is null ? ([], false) : ([.. owners.Where((_, action) => failure.Concerns(action)).Distinct()], failure.ResponseWasLost);
        }
        finally
        {
            writers.ForEach(writer => writer.Dispose());
        }
    }

    private async Task CreateAloneAsync(
        BatchItem<TUser> item, BatchRequest<TUser> request, bool responseWasLost, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            await request.Tally.RecordFailureAsync(item, BatchItemFailureReason.NotAttempted).ConfigureAwait(false);
            return;
        }

        try
        {
            StoreCall call = table.Sender.Begin(cancellationToken, item.Key, request.Retry, request);
            await writes.Creation.CreateAsync(call, PreparedIn(item), responseWasLost: responseWasLost).ConfigureAwait(false);
            request.Tally.AddWritten();
        }
        catch (Exception failure)
        {
            await FailAsync(item, failure, request).ConfigureAwait(false);
        }
    }

    private static PreparedUser<TUser> PreparedIn(BatchItem<TUser> item) => (PreparedUser<TUser>)item.Prepared!;

    // A transaction has one exception; each of its users gets it with its own id.
    private ValueTask FailAsync(BatchItem<TUser> item, Exception failure, BatchRequest<TUser> request)
        => request.Tally.RecordErrorAsync(item, failure is UserWriteOutcomeUnknownException unknown && unknown.Key != item.Key
            ? table.Sender.OutcomeUnknown(unknown.Operation!, table.Schema.Tables, item.Key!.Value, unknown.InnerException)
            : failure);
}
