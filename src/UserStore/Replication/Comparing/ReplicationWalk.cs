using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Replication.Targets;
using UserStore.Replication.Writing;

namespace UserStore.Replication.Comparing;

/// <summary>Scans source, guards and target in segments, and compares or repairs every user found.</summary>
internal sealed class ReplicationWalk<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    UserTable<TUser> source,
    ReplicationSchema schema,
    ReplicationStateReader<TUser, TView> reader,
    ReplicationComparer<TUser, TView> comparer,
    TargetWriter writer)
    where TUser : class
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
            : WalkPositions.Parse(source.QueryInput.Tokens.Decode(options.ResumeFrom, fingerprint).Position, parts);
        // Read before the first page changes the positions.
        (bool IsDone, Dictionary<string, AttributeValue>? After)[] starts =
            [.. Enumerable.Range(0, parts).Select(part => (positions.IsDone(part), positions.After(part)))];

        var pages = MergedSequences.ReadAsync(
            parts,
            (part, token) => starts[part].IsDone ? null : WalkAsync(part, starts[part].After, options, isRebuild, token),
            cancellationToken);
        await foreach (Page page in pages.ConfigureAwait(false))
        {
            positions.Set(page.Part, page.LastKey);
            yield return new UserReplicationPage(
                page.Read, page.Drifts, source.QueryInput.Tokens.Encode(new ContinuationToken(positions.ToJson(), null), fingerprint));
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
            ScanPage page = await ScanAsync(call, part, after, options.TotalSegments).ConfigureAwait(false);
            var drifts = new List<UserReplicationDrift>();
            List<(UserKey? User, Dictionary<string, AttributeValue>? Key)> found = [.. page.Items.Select(item => UserOf(item, part / options.TotalSegments))];
            found.RemoveAll(entry => entry is { User: null, Key: null }); // in a shared table, items of other kinds can have keys that no user can have
            foreach ((UserKey? user, Dictionary<string, AttributeValue>? key) in found)
            {
                if (user is not null)
                    continue;
                drifts.Add(new UserReplicationDrift(null, UserReplicationDriftKind.Orphaned));
                if (isRebuild)
                    await writer.RemoveOrphanAsync(source.Sender.Begin(cancellationToken), key!).ConfigureAwait(false);
            }

            found.RemoveAll(entry => entry.User is null);
            while (found.Count > 0)
            {
                // A user may have several items in the target, which are compared one after the other.
                var users = found.DistinctBy(entry => entry.User).ToDictionary(entry => entry.User!.Value, entry => entry.Key);
                found.RemoveAll(entry => ReferenceEquals(users[entry.User!.Value], entry.Key));
                IEnumerable<ReplicationState> states = await reader.ReadAsync(call, users).ConfigureAwait(false);
                if (_tables[part / options.TotalSegments] == schema.Guards)
                    states = states.Where(state => !state.IsInSource); // users in the source are compared when the source is scanned
                drifts.AddRange(await CompareAsync(states, options.MaxConcurrency, isRebuild, cancellationToken).ConfigureAwait(false));
            }

            after = page.Next;
            yield return new Page(part, page.Items.Count, drifts, after);
        }
        while (after is not null);
    }

    private async Task<IEnumerable<UserReplicationDrift>> CompareAsync(
        IEnumerable<ReplicationState> states, int concurrency, bool isRebuild, CancellationToken cancellationToken)
    {
        ReplicationState[] candidates = [.. states.Where(state => state.Drift is not null)];
        var drifts = new UserReplicationDrift?[candidates.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, candidates.Length, parallel, async (i, token) => drifts[i] = isRebuild
            ? await comparer.RepairAsync(candidates[i], token).ConfigureAwait(false)
            : await comparer.ConfirmAsync(candidates[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return drifts.OfType<UserReplicationDrift>();
    }

    private Task<ScanPage> ScanAsync(StoreCall call, int part, Dictionary<string, AttributeValue>? after, int segments)
    {
        TableSchema table = _tables[part / segments];
        // Only keys, and the users of target items; the users themselves are read after their guards.
        var expression = new ExpressionWriter();
        IEnumerable<string> names = table.Keys.Select(key => key.AttributeName).Append(TargetItem.SourceAttribute);
        return source.Reader.ScanAsync(call, table, new ScanRequest
        {
            Segment = part % segments,
            TotalSegments = segments,
            Limit = PageSize,
            ExclusiveStartKey = after,
            ProjectionExpression = string.Join(", ", names.Select(expression.Name)),
            ExpressionAttributeNames = expression.Names,
        });
    }

    // The key of source and guards is the user; an item of the target contains it as an attribute.
    private (UserKey? User, Dictionary<string, AttributeValue>? Key) UserOf(Dictionary<string, AttributeValue> item, int table)
    {
        if (_tables[table] == schema.Target)
            return (reader.OwnerOf(item), item.KeyIn(schema.Target));
        KeyModel key = source.Model.Key;
        return (_tables[table] == schema.Guards ? Guard.UserOf(item, key) : key.FindInAnyForm(item), null);
    }

    private sealed record Page(
        int Part, int Read, IReadOnlyList<UserReplicationDrift> Drifts, Dictionary<string, AttributeValue>? LastKey);
}
