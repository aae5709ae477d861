using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.Batching;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;

namespace UserStore.DynamoDb.Writing;

/// <summary>Creates users with unique emails, as many in one transaction as fit. Who is refused in it is tried again alone.</summary>
internal sealed class TransactedCreates<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailReservations<TUser> reservations)
    : BatchOperation<TUser>
    where TUser : User
{
    // Amazon DynamoDB API Reference, "TransactWriteItems": 100 actions, 4 MB. Half a megabyte is left for what surrounds the items.
    private const int MaxActions = 100;
    private const long MaxBytes = 3_500_000;
    private const int ReservationBytes = 4_200; // keys of at most 2048 bytes each, and their names

    private readonly EmailTransaction<TUser> _emails = new(table, reservations);
    private readonly UserCreation<TUser> _creation = new(table, new EmailTransaction<TUser>(table, reservations));

    public override (TUser Prepared, string UserId) Prepare(TUser item)
    {
        TUser created = table.Requests.PrepareCreate(item);
        table.Items.Check(created);
        return (created, created.UserId);
    }

    public override IEnumerable<IReadOnlyList<BatchItem<TUser>>> Group(IReadOnlyList<BatchItem<TUser>> items)
    {
        var group = new List<BatchItem<TUser>>();
        var emails = new HashSet<string>(StringComparer.Ordinal);
        (int actions, long bytes) = (0, 0);
        foreach (BatchItem<TUser> item in items)
        {
            TUser user = item.Prepared!;
            int needed = user.Email is null ? 1 : 2;
            long size = table.Items.SizeOf(user) + ReservationBytes;
            // One transaction may not write the same reservation twice.
            if (actions + needed > MaxActions || bytes + size > MaxBytes || (user.Email is not null && emails.Contains(user.Email)))
            {
                yield return group;
                group = [];
                emails.Clear();
                (actions, bytes) = (0, 0);
            }

            group.Add(item);
            if (user.Email is not null)
                emails.Add(user.Email);
            (actions, bytes) = (actions + needed, bytes + size);
        }

        yield return group;
    }

    public override async Task SendAsync(
        IReadOnlyList<BatchItem<TUser>> items, BatchRequest<TUser> request, CancellationToken cancellationToken)
    {
        List<BatchItem<TUser>> together = [.. items];
        var alone = new List<BatchItem<TUser>>();
        try
        {
            while (together.Count > 1)
            {
                StoreCall call = table.Sender.Begin(cancellationToken, together[0].UserId, request.Retry, request);
                List<BatchItem<TUser>> refused = await TryAsync(call, together).ConfigureAwait(false);
                if (refused.Count == 0)
                {
                    request.Tally.Written(together.Count);
                    together.Clear();
                }

                alone.AddRange(refused);
                together.RemoveAll(refused.Contains);
            }
        }
        catch (InvalidUserException)
        {
            // DynamoDB refuses all for one. Which one, it tells to each alone; the others are written.
        }
        catch (Exception failure) when (failure is UserStoreException or OperationCanceledException)
        {
            foreach (BatchItem<TUser> item in together)
                await FailAsync(item, failure, request).ConfigureAwait(false);
            together.Clear();
        }

        foreach (BatchItem<TUser> item in together.Concat(alone))
            await CreateAloneAsync(item, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates users in one transaction; returns those whose conditions failed, and then nobody was created.</summary>
    private async Task<List<BatchItem<TUser>>> TryAsync(StoreCall call, List<BatchItem<TUser>> items)
    {
        var actions = new List<TransactWriteItem>();
        var owners = new List<BatchItem<TUser>>();
        foreach (BatchItem<TUser> item in items)
        {
            TUser user = item.Prepared!;
            actions.Add(new TransactWriteItem { Put = _creation.ToPut(user) });
            owners.Add(item);
            if (user.Email is null)
                continue;
            actions.Add(reservations.Acquire(user.Email, user.UserId));
            owners.Add(item);
        }

        TransactionCanceledException? failure = await _emails.SendAsync(call, actions, batchSize: items.Count).ConfigureAwait(false);
        return failure is null ? [] : [.. owners
            .Where((_, index) => RequestFailure.IsFailedCondition(failure.CancellationReasons[index]))
            .Distinct()];
    }

    private async Task CreateAloneAsync(BatchItem<TUser> item, BatchRequest<TUser> request, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            await request.Tally.RecordFailureAsync(item, BatchItemFailureReason.NotAttempted).ConfigureAwait(false);
            return;
        }

        try
        {
            StoreCall call = table.Sender.Begin(cancellationToken, item.UserId, request.Retry, request);
            await _creation.CreateAsync(call, item.Prepared!).ConfigureAwait(false);
            request.Tally.Written();
        }
        catch (Exception failure) when (failure is UserStoreException or OperationCanceledException)
        {
            await FailAsync(item, failure, request).ConfigureAwait(false);
        }
    }

    // A transaction has one error; each of its users gets it under its own id.
    private static ValueTask FailAsync(BatchItem<TUser> item, Exception failure, BatchRequest<TUser> request)
        => request.Tally.FailedAsync(item, failure is UserWriteOutcomeUnknownException unknown && unknown.UserId != item.UserId
            ? new UserWriteOutcomeUnknownException(item.UserId!, unknown.InnerException)
            : failure);
}
