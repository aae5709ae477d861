using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Migrations.Backfilling;

/// <summary>Runs a backfill: transforms every item of a table, and writes only the attributes that differ, on condition that those which the
/// transform read are unchanged.</summary>
internal sealed class BackfillRunner
{
    private const int MaxNameLength = 100;
    private const int MaxAttempts = 10; // for an item that other writers keep changing

    private readonly MigrationAttempt _attempt;
    private readonly Backfill _backfill;
    private readonly NamedTable _table;
    private readonly SegmentedScan _scan;
    private readonly string _mark;
    private readonly UserModel? _users;
    private readonly string[] _kinds;
    private readonly WriteIds _ids;

    public BackfillRunner(MigrationAttempt attempt, Backfill backfill)
    {
        ArgumentException.ThrowIfNullOrEmpty(backfill.Name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(backfill.Name.Length, MaxNameLength);
        if (backfill.Name.Contains('/'))
            throw new ArgumentException("The name of a backfill must not contain '/', which separates it in the ids of checkpoints.", nameof(backfill));
        ArgumentException.ThrowIfNullOrEmpty(backfill.TableName);
        backfill.Options.ThrowIfInvalid();
        if (backfill.Mark is { } mark && !attempt.TryClaimMark(backfill.TableName, mark, backfill.Name))
            throw new ArgumentException("Another backfill of the migration has the same mark. Give each a mark of its own.", nameof(backfill));
        StoreSchema store = attempt.Store.Schema;
        (_attempt, _backfill, _table) = (attempt, backfill, new NamedTable(backfill.TableName));
        _scan = new SegmentedScan(attempt, backfill.Name, _table, backfill.Options);
        _mark = attempt.Checkpoints.MarkOf(backfill.Name);
        _users = ResourceName.OfTable(backfill.TableName) == store.Users.TableName ? store.Model : null;
        _kinds = [.. (_users?.Discriminators ?? []).Select(discriminator => discriminator.Property.AttributeName)];
        _ids = WriteIds.Of(attempt.Sender.Time);
    }

    public Task<BackfillResult> RunAsync(CancellationToken cancellationToken) => _scan.RunAsync(ChangeAsync, cancellationToken);

    private async Task<bool> ChangeAsync(
        Dictionary<string, AttributeValue> item, Dictionary<string, AttributeValue> key, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (_backfill.Mark is { } mark && item.GetValueOrDefault(mark)?.S == _mark)
                return false;
            if (_users is not null && !new StoredUser(item, _users).IsUser)
                return false;
            var desired = new BackfillItem(AttributeValueComparer.Copy(item));
            await _backfill.Transform(desired, cancellationToken).ConfigureAwait(false);
            var change = new ItemChange(item, desired.Attributes);
            if (change.IsEmpty && _backfill.Mark is null)
                return false;
            ThrowIfForbidden(change, key);
            string? writeId = AddMarkAndRevision(desired.Attributes, item);
            change = new ItemChange(item, desired.Attributes);

            UpdateItemRequest request = change.ToRequest(_table.TableName, key, desired.ReadAttributes.Concat(_kinds));
            StoreCall call = _attempt.Begin(cancellationToken, _scan.Writes);
            request.ReturnConsumedCapacity = call.Capacity;
            WriteResult<UpdateItemResponse> result = await call.WriteAsync(
                "UpdateItem", [_table], token => _attempt.Client.UpdateItemAsync(request, token)).ConfigureAwait(false);
            if (result.Failure is not { } failure)
                return true;
            if (await _attempt.Reader.FindAsync(_attempt.Begin(cancellationToken), _table, key).ConfigureAwait(false) is not { } found)
                return false; // deleted in the meantime
            if (WasApplied(call, failure, change, found, key, writeId))
                return true;
            item = found;
        }

        throw new UserStoreUnavailableException(
            $"An item of table '{_table.TableName}' was changed by other writers during each of {MaxAttempts} attempts of backfill "
                + $"'{_backfill.Name}'. Run the migration again.");
    }

    private void ThrowIfForbidden(ItemChange change, Dictionary<string, AttributeValue> key)
    {
        if (key.Keys.FirstOrDefault(change.Concerns) is { } keyName)
            throw new InvalidBackfillChangeException($"changes '{keyName}', a key of the table.");
        if (_users?.ReservedProperties.FirstOrDefault(property => change.Concerns(property.AttributeName)) is { } reserved
            && _users.UniqueValues.Any(unique => (unique.Property == reserved || unique.Scope == reserved)
                && unique.IsReservedBy(_attempt.Store.Schema.Options)))
        {
            throw new InvalidBackfillChangeException(
                $"changes '{reserved.AttributeName}' of a user, whose value is reserved. Change it through MigrationContext.OpenStore.");
        }

        if (_users?.Encrypted.Select(property => property.AttributeName).Append(_users.DataKeyId).FirstOrDefault(
            attribute => attribute is not null && change.Concerns(attribute)) is { } encrypted)
        {
            throw new InvalidBackfillChangeException(
                $"changes '{encrypted}', which is encrypted under the data key of the user. Change it through MigrationContext.OpenStore.");
        }

        if (_users?.Discriminators.FirstOrDefault(discriminator => change.Concerns(discriminator.Property.AttributeName)) is { Property: { } kind })
        {
            throw new InvalidBackfillChangeException(
                $"changes '{kind.AttributeName}', by which UserTypeBuilder.OnlyWhere distinguishes users from other items.");
        }
    }

    private bool WasApplied(
        StoreCall call,
        ConditionFailure failure,
        ItemChange change,
        Dictionary<string, AttributeValue> found,
        Dictionary<string, AttributeValue> key,
        string? writeId)
    {
        if (writeId is null)
            return failure.MayBeApplied && change.IsIn(found);
        return WriteSettlement.Settle(new StoredUser(found, _users!), writeId, failure, isRefused: false, isPinned: true) switch
        {
            WriteOutcome.Applied => true,
            WriteOutcome.Unknown => throw call.OutcomeUnknown(
                failure.Operation, [_table], _users!.Key.FindIn(key) ?? _users.Key.StoredIn(key), failure.Exception),
            _ => false,
        };
    }

    /// <returns>The id of the write, if the item is a user.</returns>
    private string? AddMarkAndRevision(Dictionary<string, AttributeValue> desired, Dictionary<string, AttributeValue> item)
    {
        if (_backfill.Mark is { } mark)
            desired[mark] = new AttributeValue(_mark);
        // A caller that read the user earlier must not overwrite the change unknowingly.
        if (_users is null)
            return null;
        Revision revision = RevisionExpression.RevisionIn(item, _users);
        string writeId = _ids.NextAbove(revision.WriteId, _users.Key.FindInAnyForm(item) ?? default);
        revision.Next(writeId).WriteTo(desired, _users);
        return writeId;
    }
}
