using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Migrations.Journaling;

/// <summary>Converts the row of the lock to and from an item. docs/migration-tables.md describes the format.</summary>
internal static class LockFormat
{
    public static Dictionary<string, AttributeValue> ToItem(LockRow row, string lockId, string keyName)
    {
        Dictionary<string, AttributeValue> item = new()
        {
            [keyName] = new(lockId),
            ["fence"] = ItemExtensions.Number(row.Fence),
            ["revision"] = ItemExtensions.Number(row.Revision),
        };
        if (row.Owner is { } current)
        {
            item["owner"] = new(current.RunId);
            item["host"] = new(current.Host);
            item["acquired_at"] = ItemExtensions.Instant(current.AcquiredAt);
            item["renewed_at"] = ItemExtensions.Instant(current.RenewedAt);
            item["lease_ms"] = ItemExtensions.Number((long)current.Lease.TotalMilliseconds);
        }

        if (row.Releases.Count > 0)
            item["releases"] = new() { L = [.. row.Releases.Select(ToValue)] };
        return item;
    }

    public static LockRow FromItem(Dictionary<string, AttributeValue> item) => new()
    {
        Fence = item.Number("fence") ?? 0,
        Revision = item.Number("revision") ?? 0,
        Owner = item.Text("owner") is { } owner
            ? new MigrationLockOwner(
                owner,
                item.Text("host") ?? "",
                item.Instant("acquired_at") ?? default,
                item.Instant("renewed_at") ?? default,
                TimeSpan.FromMilliseconds(item.Number("lease_ms") ?? 0))
            : null,
        Releases = [.. item.List("releases").Select(FromValue)],
    };

    private static AttributeValue ToValue(ForcedRelease release)
    {
        Dictionary<string, AttributeValue> map = new()
        {
            ["at"] = ItemExtensions.Instant(release.Timestamp),
            ["host"] = new(release.Host),
            ["reason"] = new(release.Reason),
        };
        map.Add("owner", release.RunId);
        return new() { M = map };
    }

    private static ForcedRelease FromValue(AttributeValue value)
        => new(value.M.Text("owner"), value.M.Instant("at") ?? default, value.M.Text("host") ?? "", value.M.Text("reason") ?? "");
}
