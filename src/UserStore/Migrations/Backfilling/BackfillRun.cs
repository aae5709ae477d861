using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Migrations.Backfilling;

/// <summary>Transforms every item of a table, each by a conditional write of what differs.</summary>
internal sealed class BackfillRun
{
    private const int MaxNameLength = 100;
    private const int MaxTries = 10; // an item that somebody else changes each time

    private readonly MigrationAttempt _attempt;
    private readonly Backfill _backfill;
    private readonly NamedTable _table;
    private readonly TableWalk _walk;
    private readonly string _mark;
    private readonly UserModel? _users;

    public BackfillRun(MigrationAttempt attempt, Backfill backfill)
    {
        ArgumentException.ThrowIfNullOrEmpty(backfill.Name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(backfill.Name.Length, MaxNameLength);
        ArgumentException.ThrowIfNullOrEmpty(backfill.TableName);
        backfill.Options.Check();
        StoreSchema store = attempt.Store.Schema;
        (_attempt, _backfill, _table) = (attempt, backfill, new NamedTable(backfill.TableName));
        _walk = new TableWalk(attempt, backfill.Name, _table, backfill.Options);
        _mark = $"{attempt.MigrationId}/{attempt.Run}/{backfill.Name}";
        _users = backfill.TableName == store.Users.TableName ? store.Model : null;
    }

    public Task<BackfillResult> RunAsync(CancellationToken cancellationToken) => _walk.RunAsync(ChangeAsync, cancellationToken);

    private async Task<bool> ChangeAsync(
        Dictionary<string, AttributeValue> item, Dictionary<string, AttributeValue> key, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= MaxTries; attempt++)
        {
            if (_backfill.Mark is { } mark && item.GetValueOrDefault(mark)?.S == _mark)
                return false;
            Dictionary<string, AttributeValue> wanted = AttributeValueComparer.Copy(item);
            await _backfill.Transform(wanted, cancellationToken).ConfigureAwait(false);
            var change = new ItemChange(item, wanted);
            if (change.IsNothing && _backfill.Mark is null)
                return false;
            Refuse(change, key);
            AddOwn(wanted, item);
            change = new ItemChange(item, wanted);

            UpdateItemRequest request = change.ToRequest(_table.TableName, key);
            StoreCall call = _attempt.Begin(cancellationToken, _walk.Writes);
            request.ReturnConsumedCapacity = call.Capacity;
            WriteResult<UpdateItemResponse> answer = await call.WriteAsync(
                "UpdateItem", [_table], token => _attempt.Client.UpdateItemAsync(request, token)).ConfigureAwait(false);
            if (answer.Failure is null)
                return true;
            if (await ReadAsync(key, cancellationToken).ConfigureAwait(false) is not { } found)
                return false; // deleted meanwhile
            if (answer.Failure.ResponseWasLost && change.IsIn(found))
                return true;
            item = found;
        }

        throw new UserStoreUnavailableException(
            $"An item of table '{_table.TableName}' was changed by others each of {MaxTries} times that backfill '{_backfill.Name}' met it. Run it again.");
    }

    private void Refuse(ItemChange change, Dictionary<string, AttributeValue> key)
    {
        if (key.Keys.FirstOrDefault(change.Concerns) is { } keyName)
            throw new InvalidOperationException($"The transform changes '{keyName}', a key of the table.");
        if (_users is not null && _attempt.Store.Schema.Emails is not null && change.Concerns(_users[nameof(User.Email)].AttributeName))
        {
            throw new InvalidOperationException(
                "The transform changes the email of a user, which is reserved. Change it through MigrationContext.OpenStore.");
        }
    }

    private void AddOwn(Dictionary<string, AttributeValue> wanted, Dictionary<string, AttributeValue> item)
    {
        if (_backfill.Mark is { } mark)
            wanted[mark] = new AttributeValue(_mark);
        // Whoever read the user before must not overwrite unseen what the backfill changes.
        if (_users is not null && RevisionExpression.RevisionIn(item, _users) is { Version: not null } revision)
            revision.Next(Revision.NewWriteId()).WriteTo(wanted, _users);
    }

    private async Task<Dictionary<string, AttributeValue>?> ReadAsync(
        Dictionary<string, AttributeValue> key, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest { TableName = _table.TableName, Key = key, ConsistentRead = true };
        GetItemResponse response = await _attempt.Begin(cancellationToken).SendAsync(
            "GetItem", [_table], token => _attempt.Client.GetItemAsync(request, token)).ConfigureAwait(false);
        return response.Item is { Count: > 0 } item ? item : null;
    }
}
