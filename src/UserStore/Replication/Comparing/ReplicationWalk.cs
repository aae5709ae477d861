using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Paging;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Comparing;

/// <summary>Walks source, guards and target, each in segments, and inspects every user that it meets.</summary>
internal sealed class ReplicationWalk<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    UserTable<TUser> source, ReplicationSchema schema, ReplicationComparer<TUser, TView> inspector, TargetWriter writer)
    where TUser : User
    where TView : class
{
    // A page of one table needs one batch read of each of the others.
    private const int PageSize = TableReader.MaxKeys;

    private readonly TableSchema[] _tables = [schema.Source.Users, schema.Guards, schema.Target];

    public async IAsyncEnumerable<UserReplicationPage> RunAsync(
        UserReplicationWalkOptions options, bool isRebuild, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int parts = _tables.Length * options.TotalSegments;
        byte[] fingerprint = ContinuationTokens.FingerprintOf(string.Create(
            CultureInfo.InvariantCulture,
            $"replication\n{isRebuild}\n{schema.Source.Users.TableName}\n{schema.Target.TableName}\n{options.TotalSegments}"));
        WalkPositions positions = options.ResumeFrom is null
            ? new WalkPositions(parts)
            : WalkPositions.FromText(source.QueryInput.Tokens.Decode(options.ResumeFrom, fingerprint).Position, parts);
        // The parts read where they begin before the first page is noted.
        (bool IsDone, Dictionary<string, AttributeValue>? After)[] starts =
            [.. Enumerable.Range(0, parts).Select(part => (positions.IsDone(part), positions.After(part)))];

        var pages = MergedSequences.ReadAsync(
            parts,
            (part, token) => starts[part].IsDone ? null : WalkAsync(part, starts[part].After, options, isRebuild, token),
            cancellationToken);
        await foreach (Page page in pages.ConfigureAwait(false))
        {
            positions.Note(page.Part, page.LastKey);
            yield return new UserReplicationPage(
                page.Read, page.Drifts, source.QueryInput.Tokens.Encode(new ContinuationToken(positions.ToText(), null), fingerprint));
        }
    }

    private async IAsyncEnumerable<Page> WalkAsync(
        int part,
        Dictionary<string, AttributeValue>? after,
        UserReplicationWalkOptions options,
        bool isRebuild,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            StoreCall call = source.Sender.Begin(cancellationToken);
            ScanResponse page = await ScanAsync(call, part, after, options.TotalSegments).ConfigureAwait(false);
            var drifts = new List<UserReplicationDrift>();
            List<(string? UserId, Dictionary<string, AttributeValue>? Found)> met = [.. page.Items.Select(item => UserOf(item, part / options.TotalSegments))];
            foreach ((string? userId, Dictionary<string, AttributeValue>? key) in met)
            {
                if (userId is not null)
                    continue;
                drifts.Add(new UserReplicationDrift(null, UserReplicationDriftKind.Orphaned));
                if (isRebuild)
                    await writer.RemoveForeignAsync(source.Sender.Begin(cancellationToken), key!).ConfigureAwait(false);
            }

            met.RemoveAll(one => one.UserId is null);
            while (met.Count > 0)
            {
                // A user may have several items in the target, which are looked at one after the other.
                var users = met.DistinctBy(one => one.UserId).ToDictionary(one => one.UserId!, one => one.Found, StringComparer.Ordinal);
                met.RemoveAll(one => ReferenceEquals(users[one.UserId!], one.Found));
                IEnumerable<ReplicationState> situations = await inspector.LookAsync(call, users).ConfigureAwait(false);
                if (_tables[part / options.TotalSegments] == schema.Guards)
                    situations = situations.Where(situation => !situation.IsInSource); // the others are met there
                drifts.AddRange(await InspectAsync(situations, options.MaxConcurrency, isRebuild, cancellationToken).ConfigureAwait(false));
            }

            after = page.LastEvaluatedKey is { Count: > 0 } lastKey ? lastKey : null;
            yield return new Page(part, page.Items.Count, drifts, after);
        }
        while (after is not null);
    }

    private async Task<IEnumerable<UserReplicationDrift>> InspectAsync(
        IEnumerable<ReplicationState> situations, int concurrency, bool isRebuild, CancellationToken cancellationToken)
    {
        ReplicationState[] suspect = [.. situations.Where(situation => situation.Drift is not null)];
        var found = new UserReplicationDrift?[suspect.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, suspect.Length, parallel, async (i, token) => found[i] = isRebuild
            ? await inspector.MendAsync(suspect[i], token).ConfigureAwait(false)
            : await inspector.ConfirmAsync(suspect[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return found.OfType<UserReplicationDrift>();
    }

    private async Task<ScanResponse> ScanAsync(StoreCall call, int part, Dictionary<string, AttributeValue>? after, int segments)
    {
        TableSchema table = _tables[part / segments];
        // Keys, and whom an item of the target is made from; the users themselves are read after their guards.
        string[] names = [.. table.Keys.Select(key => key.AttributeName).Append(TargetItem.SourceAttribute)];
        var request = new ScanRequest
        {
            TableName = table.TableName,
            Segment = part % segments,
            TotalSegments = segments,
            Limit = PageSize,
            ConsistentRead = true, // so that no item that was there at the beginning is left out
            ExclusiveStartKey = after,
            ProjectionExpression = string.Join(", ", names.Select((_, position) => $"#{position}")),
            ExpressionAttributeNames = names.Select((name, position) => (name, position)).ToDictionary(name => $"#{name.position}", name => name.name),
        };
        ScanResponse page = await call.SendAsync(
            "Scan", [table], token => source.Client.ScanAsync(request, token)).ConfigureAwait(false);
        page.Items ??= [];
        return page;
    }

    // Source and guards name a user by their key; an item of the target by whom it is made from.
    private (string? UserId, Dictionary<string, AttributeValue>? Found) UserOf(Dictionary<string, AttributeValue> item, int table)
        => _tables[table] == schema.Target
            ? (ReplicationComparer<TUser, TView>.SourceOf(item), TargetItem.KeyOf(item, schema.Target))
            : (item[_tables[table].Key.AttributeName].S, null);

    private sealed record Page(
        int Part, int Read, IReadOnlyList<UserReplicationDrift> Drifts, Dictionary<string, AttributeValue>? LastKey);
}
