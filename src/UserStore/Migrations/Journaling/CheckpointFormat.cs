using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Migrations.Journaling;

/// <summary>Converts checkpoints to and from items. docs/migration-tables.md describes the format.</summary>
internal static class CheckpointFormat
{
    public static Dictionary<string, AttributeValue> ToItem(Checkpoint checkpoint, string rowId, string keyName)
    {
        Dictionary<string, AttributeValue> item = new()
        {
            [keyName] = new(rowId),
            ["fence"] = ItemExtensions.Number(checkpoint.Fence),
            ["done"] = new() { BOOL = checkpoint.IsDone },
            ["read"] = ItemExtensions.Number(checkpoint.Read),
            ["changed"] = ItemExtensions.Number(checkpoint.Changed),
        };
        if (checkpoint.Position is not null)
            item["position"] = new() { M = checkpoint.Position };
        Add("poison", checkpoint.Poison);
        Add("failing", checkpoint.Failing);
        return item;

        void Add(string name, IReadOnlyList<PoisonItem> poison)
        {
            if (poison.Count > 0)
                item[name] = new() { L = [.. poison.Select(ToValue)] };
        }
    }

    public static Checkpoint FromItem(Dictionary<string, AttributeValue> item, CheckpointKey key) => new(key, item.Number("fence") ?? 0)
    {
        Position = item.GetValueOrDefault("position")?.M,
        IsDone = item.GetValueOrDefault("done")?.BOOL == true,
        Read = item.Number("read") ?? 0,
        Changed = item.Number("changed") ?? 0,
        Poison = [.. item.List("poison").Select(FromValue)],
        Failing = [.. item.List("failing").Select(FromValue)],
    };

    private static PoisonItem FromValue(AttributeValue value) => new(value.M["key"].M, value.M["error"].S);

    private static AttributeValue ToValue(PoisonItem item) => new()
    {
        M = new() { ["key"] = new() { M = new(item.Key) }, ["error"] = new(item.Error) },
    };
}
