using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Migrations.Journaling;

/// <summary>Converts checkpoints to and from items. docs/migration-tables.md describes the format.</summary>
/// <remarks>Poison items are stored in items of their own: keys of up to 3 KB each would exceed the size of one item.</remarks>
internal static class CheckpointFormat
{
    public const string PoisonCount = "poison";
    public const string PoisonKey = "key";
    public const string OtherKey = "other_key";
    public const string Position = "position";

    private const string FailingCount = "failing";

    public static Dictionary<string, AttributeValue> ToItem(Checkpoint checkpoint, string rowId, string keyName)
    {
        Dictionary<string, AttributeValue> item = new()
        {
            [keyName] = new(rowId),
            ["fence"] = ItemExtensions.Number(checkpoint.Fence),
            ["done"] = new() { BOOL = checkpoint.IsDone },
            ["read"] = ItemExtensions.Number(checkpoint.Read),
            ["changed"] = ItemExtensions.Number(checkpoint.Changed),
            [PoisonCount] = ItemExtensions.Number(checkpoint.Poison.Count),
            [FailingCount] = ItemExtensions.Number(checkpoint.Failing.Count),
        };
        if (checkpoint.Position is not null)
            item[Position] = new() { M = checkpoint.Position };
        return item;
    }

    /// <summary>Reads a checkpoint without its poison items.</summary>
    public static Checkpoint FromItem(Dictionary<string, AttributeValue> item, CheckpointKey key) => new(key, item.Number("fence") ?? 0)
    {
        Position = item.GetValueOrDefault(Position)?.M,
        IsDone = item.GetValueOrDefault("done")?.BOOL == true,
        Read = item.Number("read") ?? 0,
        Changed = item.Number("changed") ?? 0,
    };

    /// <summary>Returns the numbers of poison items of the processed pages and of the next page.</summary>
    public static (int Poison, int Failing) CountsIn(Dictionary<string, AttributeValue> item)
        => ((int)(item.Number(PoisonCount) ?? 0), (int)(item.Number(FailingCount) ?? 0));

    public static Dictionary<string, AttributeValue> ToItem(PoisonItem poison, long fence, string rowId, string keyName)
    {
        Dictionary<string, AttributeValue> item = new()
        {
            [keyName] = new(rowId),
            ["fence"] = ItemExtensions.Number(fence),
            [PoisonKey] = new() { M = new(poison.Key) },
            ["error"] = new(poison.Error),
        };
        if (poison.ConflictsWith is { } other)
            item[OtherKey] = new() { M = new(other) };
        return item;
    }

    public static PoisonItem PoisonIn(Dictionary<string, AttributeValue> item)
        => new(item[PoisonKey].M, item["error"].S) { ConflictsWith = item.GetValueOrDefault(OtherKey)?.M };
}
