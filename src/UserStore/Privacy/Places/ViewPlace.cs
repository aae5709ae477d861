using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.Modeling;
using UserStore.Replication.Targets;

namespace UserStore.Privacy.Places;

/// <summary>The tables of a replication: the item of a user in the target, and its guard.</summary>
internal sealed class ViewPlace(TableReader reader, ReplicationSchema schema) : IUserDataPlace
{
    public bool IsChecked => true;

    public async Task<HeldData> FindAsync(StoreCall call, UserKey key)
    {
        if (await reader.FindAsync(call, schema.Guards, Guard.KeyOf(key)).ConfigureAwait(false) is not { } stored)
            return new HeldData([], AbsenceOfGuard(key));
        List<HeldItem> items = [];
        if (Guard.FromItem(stored, schema.Source.Model.Key)?.TargetKey is { } targetKey
            && await reader.FindAsync(call, schema.Target, targetKey).ConfigureAwait(false) is { } view
            && TargetItem.OwnerOf(view) == KeyModel.ToText(key))
        {
            items.Add(ToView(view));
        }

        items.Add(ToGuard(stored));
        return new HeldData(items);
    }

    public async IAsyncEnumerable<IReadOnlyList<OwnedItem>> ScanAsync(Func<StoreCall> begin)
    {
        await foreach (ScanPage page in reader.ScanAllAsync(begin, schema.Target).ConfigureAwait(false))
        {
            yield return [.. page.Items.Where(item => TargetItem.OwnerOf(item) is not null)
                .Select(item => new OwnedItem(ToView(item), TargetItem.OwnerOf(item)!))];
        }

        await foreach (ScanPage page in reader.ScanAllAsync(begin, schema.Guards).ConfigureAwait(false))
        {
            yield return [.. page.Items.Where(item => Guard.UserOf(item, schema.Source.Model.Key) is not null)
                .Select(item => new OwnedItem(ToGuard(item), KeyModel.ToText(Guard.UserOf(item, schema.Source.Model.Key)!.Value)))];
        }
    }

    private HeldItem ToView(Dictionary<string, AttributeValue> view)
    {
        var writer = new ExpressionWriter();
        writer.AndSame(TargetItem.SourceAttribute, view);
        Dictionary<string, AttributeValue> key = view.KeyIn(schema.Target);
        return new HeldItem(UserDataKind.View, schema.Target.TableName, key, view, writer.ToDelete(schema.Target, key));
    }

    // Each change of the view changes its guard, too.
    private HeldItem ToGuard(Dictionary<string, AttributeValue> guard)
    {
        var writer = new ExpressionWriter();
        writer.AndSame(Guard.WriteIdName, guard);
        Dictionary<string, AttributeValue> key = guard.KeyIn(schema.Guards);
        return new HeldItem(UserDataKind.Guard, schema.Guards.TableName, key, guard, writer.ToDelete(schema.Guards, key));
    }

    private TransactWriteItem AbsenceOfGuard(UserKey key)
    {
        var writer = new ExpressionWriter();
        writer.And($"attribute_not_exists({writer.Name(Guard.UserIdName)})");
        return writer.ToCheck(schema.Guards, Guard.KeyOf(key));
    }
}
