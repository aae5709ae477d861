using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Auditing;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Paging;

namespace UserStore.DynamoDb;

/// <summary>Compares the table of users with the table of their reservations.</summary>
/// <typeparam name="TUser"><see cref="User"/> or a record derived from it.</typeparam>
public sealed class DynamoDbUserEmailAudit<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserEmailAudit<TUser>
    where TUser : User
{
    // A page of one table needs one batch read of the other.
    private const int PageSize = BatchReader.MaxKeys;
    private const int MaxInspections = 8; // at once; each holds one connection

    private readonly UserTable<TUser> _users;
    private readonly BatchReader _batches;
    private readonly EmailReservations<TUser>? _reservations;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserEmailAudit{TUser}"/> class without dependency injection.</summary>
    /// <param name="client">The client, which stays the caller's to dispose.</param>
    /// <param name="options">The options of the store; not to be changed afterwards.</param>
    /// <param name="timeProvider">The clock; the system's if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not make a table.</exception>
    public DynamoDbUserEmailAudit(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : this(StoreConnection.WithoutLogging(client, options, timeProvider))
    {
    }

    internal DynamoDbUserEmailAudit(StoreConnection connection)
    {
        _users = new UserTable<TUser>(connection);
        _batches = new BatchReader(connection.Client);
        _reservations = _users.Schema.Emails is { } emails ? new EmailReservations<TUser>(_users, emails) : null;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UserEmailAuditPage> CheckAsync(
        string? continuationToken = null, CancellationToken cancellationToken = default)
        => WalkAsync(continuationToken, repair: false, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<UserEmailAuditPage> RepairAsync(
        string? continuationToken = null, CancellationToken cancellationToken = default)
        => WalkAsync(continuationToken, repair: true, cancellationToken);

    private async IAsyncEnumerable<UserEmailAuditPage> WalkAsync(
        string? continuationToken, bool repair, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_reservations is null)
            throw new InvalidOperationException("Without UserStoreOptions.UniqueEmails there are no reservations to compare with.");

        var inspection = new EmailInspection<TUser>(_users, _reservations);
        AuditPosition? position = _users.Queries.PrepareAudit(continuationToken);
        while (position is not null)
        {
            StoreCall call = _users.Sender.Begin(cancellationToken);
            TableSchema table = position.InReservations ? _users.Schema.Emails! : _users.Schema.Users;
            ScanResponse page = await ScanAsync(call, table, position.After).ConfigureAwait(false);
            Inspection[] suspicions = position.InReservations
                ? await SuspectReservationsAsync(call, page.Items, inspection).ConfigureAwait(false)
                : await SuspectUsersAsync(call, page.Items, inspection).ConfigureAwait(false);
            var findings = new UserEmailFinding?[suspicions.Length];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxInspections, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, suspicions.Length, parallel, async (i, token) =>
                findings[i] = await suspicions[i](repair, token).ConfigureAwait(false)).ConfigureAwait(false);

            AuditPosition? next = position.Next(page.LastEvaluatedKey?.GetValueOrDefault(table.Key.AttributeName)?.S);
            yield return new UserEmailAuditPage(
                [.. findings.OfType<UserEmailFinding>()],
                Users: position.InReservations ? 0 : page.Items.Count,
                Reservations: position.InReservations ? page.Items.Count : 0,
                _users.Queries.TokenOf(next));
            position = next;
        }
    }

    private async Task<ScanResponse> ScanAsync(StoreCall call, TableSchema table, string? after)
    {
        var request = new ScanRequest
        {
            TableName = table.TableName,
            Limit = PageSize,
            ConsistentRead = true,
            ExclusiveStartKey = after is null ? null : new() { [table.Key.AttributeName] = new(after) },
        };
        ScanResponse page = await call.SendAsync(
            "Scan", [table], token => _users.Client.ScanAsync(request, token)).ConfigureAwait(false);
        page.Items ??= [];
        return page;
    }

    private async Task<Inspection[]> SuspectUsersAsync(
        StoreCall call, List<Dictionary<string, AttributeValue>> items, EmailInspection<TUser> inspection)
    {
        DateTimeOffset now = _users.Requests.Now();
        (string UserId, string Email)[] users = [.. items.Select(item => new StoredUser(item, _users.Model))
            .Where(user => user.Exists(now) && _users.Requests.ReservationOf(user.Email) is not null)
            .Select(user => (user.UserId!, _users.Requests.ReservationOf(user.Email)!))];
        string[] emails = [.. users.Select(user => user.Email).Distinct(StringComparer.Ordinal)];
        var reserved = await _batches.ReadAsync(call, _users.Schema.Emails!, emails, ReadConsistency.Strong).ConfigureAwait(false);
        return [.. users.Where(user => _reservations!.OwnerIn(reserved.GetValueOrDefault(user.Email)) != user.UserId)
            .Select(user => (Inspection)((repair, token) => inspection.InspectUserAsync(user.UserId, user.Email, repair, token)))];
    }

    private async Task<Inspection[]> SuspectReservationsAsync(
        StoreCall call, List<Dictionary<string, AttributeValue>> items, EmailInspection<TUser> inspection)
    {
        (string Email, string OwnerUserId)[] reserved = [.. items.Where(item => _reservations!.OwnerIn(item) is not null)
            .Select(item => (item[_users.Schema.Emails!.Key.AttributeName].S, _reservations!.OwnerIn(item)!))];
        string[] holderIds = [.. reserved.Select(reservation => reservation.OwnerUserId).Distinct(StringComparer.Ordinal)];
        var holders = await _batches.ReadAsync(call, _users.Schema.Users, holderIds, ReadConsistency.Strong).ConfigureAwait(false);
        return [.. reserved
            .Where(reservation => !_reservations!.IsValidOwner(
                new StoredUser(holders.GetValueOrDefault(reservation.OwnerUserId), _users.Model), reservation.Email))
            .Select(reservation => (Inspection)((repair, token) => inspection.InspectReservationAsync(
                reservation.Email, reservation.OwnerUserId, repair, token)))];
    }

    private delegate Task<UserEmailFinding?> Inspection(bool repair, CancellationToken cancellationToken);
}
