using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations.Journaling;

/// <summary>Names one segment of one backfill of one attempt at a migration.</summary>
/// <param name="MigrationId">The migration.</param>
/// <param name="Run">Which apply or undo of it.</param>
/// <param name="Backfill">The name of the backfill.</param>
/// <param name="Segment">The segment, from 0.</param>
/// <param name="Segments">How many segments there are: with another number, all of them hold other items.</param>
internal sealed record CheckpointKey(string MigrationId, int Run, string Backfill, int Segment, int Segments)
{
    public override string ToString() => $"{PrefixOf(MigrationId)}{Run}/{Backfill}/{Segment}-of-{Segments}";

    /// <summary>Returns how the keys of a migration begin.</summary>
    public static string PrefixOf(string migrationId) => $"{migrationId}/";
}

/// <summary>How far a segment has come.</summary>
internal sealed record Checkpoint(CheckpointKey Key, long Fence)
{
    /// <summary>Gets the key of the last item that was done; null before the first.</summary>
    public Dictionary<string, AttributeValue>? Position { get; init; }

    public bool IsDone { get; init; }

    /// <summary>Gets how many items were read, in all attempts.</summary>
    public long Read { get; init; }

    /// <summary>Gets how many items were changed, in all attempts.</summary>
    public long Changed { get; init; }

    /// <summary>Gets the items of the pages done that could not be changed.</summary>
    public IReadOnlyList<PoisonItem> Poison { get; init; } = [];

    /// <summary>Gets the items of the next page that could not be changed, when there were too many: the page will be read again.</summary>
    public IReadOnlyList<PoisonItem> Failing { get; init; } = [];
}
