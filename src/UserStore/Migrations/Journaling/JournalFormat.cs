using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Migrations.Journaling;

/// <summary>Converts entries of the journal to and from items. docs/migration-tables.md describes the format.</summary>
/// <param name="tableName">The table of the journal, for messages.</param>
internal sealed class JournalFormat(string tableName)
{
    private const int Format = 1;

    public static Dictionary<string, AttributeValue> ToItem(MigrationEntry entry, LockFence fence, string keyName)
    {
        Dictionary<string, AttributeValue> item = new()
        {
            [keyName] = new(entry.Id),
            ["format"] = ItemExtensions.Number(Format),
            ["state"] = new(entry.State.ToString()),
            [FlagIn(keyName)] = new() { BOOL = entry.State != MigrationState.Applied },
            ["direction"] = new(entry.IsUndo ? "down" : "up"),
            ["attempts"] = ItemExtensions.Number(entry.Attempts),
            ["run"] = ItemExtensions.Number(entry.Execution),
            ["sequence"] = ItemExtensions.Number(entry.Sequence),
            ["cycle"] = ItemExtensions.Number(entry.Cycle),
            ["poison"] = ItemExtensions.Number(entry.PoisonItems),
            ["fence"] = ItemExtensions.Number(fence.Number),
        };
        if (entry.InterruptionPolicy != InterruptionPolicy.Automatic)
            item["on_interruption"] = new(entry.InterruptionPolicy.ToString());
        item.Add("description", entry.Description);
        item.Add("revision", entry.Revision);
        item.Add("started_at", entry.StartedAt);
        item.Add("finished_at", entry.FinishedAt);
        item.Add("host", entry.Host);
        item.Add("error", entry.Error);
        if (entry.Repairs.Count > 0)
            item["repairs"] = new() { L = [.. entry.Repairs.Select(ToValue)] };
        return item;
    }

    /// <exception cref="MigrationJournalException">A newer version wrote the item, or its format is unknown.</exception>
    public MigrationEntry FromItem(Dictionary<string, AttributeValue> item, string keyName)
    {
        string id = item[keyName].S;
        if (!item.TryGetValue("format", out AttributeValue? format))
            return Adopt(id, item);
        if (item.Number("format") is not Format)
        {
            throw new MigrationJournalException(
                tableName, id, $"has format {format.N}, but this version of UserStore supports only {Format}. Run the version that wrote it, or a later one.");
        }

        return new MigrationEntry
        {
            Id = id,
            State = Enum.TryParse(item.Text("state"), out MigrationState state) && Enum.IsDefined(state)
                ? state
                : throw new MigrationJournalException(
                    tableName, id, "has a state that this version of UserStore does not support. Run the version that wrote it, or a later one."),
            Description = item.Text("description"),
            Revision = item.Text("revision"),
            Attempts = (int)(item.Number("attempts") ?? 0),
            StartedAt = item.Instant("started_at"),
            FinishedAt = item.Instant("finished_at"),
            Host = item.Text("host"),
            Error = item.Text("error"),
            Repairs = [.. item.List("repairs").Select(FromValue)],
            IsUndo = item.Text("direction") == "down",
            Execution = (int)(item.Number("run") ?? 0),
            Sequence = item.Number("sequence") ?? 0,
            Cycle = (int)(item.Number("cycle") ?? 1),
            PoisonItems = (int)(item.Number("poison") ?? 0),
            InterruptionPolicy = Enum.TryParse(item.Text("on_interruption"), out InterruptionPolicy policy) && Enum.IsDefined(policy)
                ? policy
                : InterruptionPolicy.Automatic,
        };
    }

    // Other programs read this flag, whose spelling follows that of the key: true for every state that they must not treat as applied.
    private static string FlagIn(string keyName) => keyName == "ID" ? "Dirty" : "dirty";

    // Another library wrote only the key and a flag, in one of two spellings: true for migrations that started and did not finish.
    private static MigrationEntry Adopt(string id, Dictionary<string, AttributeValue> item)
    {
        bool isDirty = (item.GetValueOrDefault("dirty") ?? item.GetValueOrDefault("Dirty"))?.BOOL == true;
        return new MigrationEntry
        {
            Id = id,
            State = isDirty ? MigrationState.Running : MigrationState.Applied,
            Attempts = 1,
            Execution = 1,
            Sequence = isDirty ? 0 : MigrationEntry.AdoptedSequence,
        };
    }

    private static AttributeValue ToValue(MigrationRepairRecord repair) => new()
    {
        M = new()
        {
            ["repair"] = new(repair.Repair.ToString()),
            ["from"] = new(repair.From.ToString()),
            ["at"] = ItemExtensions.Instant(repair.Timestamp),
            ["host"] = new(repair.Host),
            ["reason"] = new(repair.Reason),
        },
    };

    private static MigrationRepairRecord FromValue(AttributeValue value) => new(
        Enum.Parse<MigrationRepair>(value.M["repair"].S),
        Enum.Parse<MigrationState>(value.M["from"].S),
        value.M.Instant("at") ?? default,
        value.M["host"].S,
        value.M["reason"].S);
}
