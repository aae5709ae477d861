using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Auditing;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Paging;

namespace UserStore.DynamoDb;

/// <summary>Compares the table of users with the table of reservations in DynamoDB.</summary>
/// <typeparam name="TUser"><see cref="User"/> or a record derived from it.</typeparam>
public sealed class DynamoDbUserEmailAudit<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserEmailAudit<TUser>
    where TUser : User
{
    // A page of one table needs one batch read of the other.
    private const int PageSize = TableReader.MaxKeys;
    private const int MaxInspections = 8; // concurrently; each uses one connection

    private readonly UserTable<TUser> _users;
    private readonly UserWrites<TUser> _writes;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserEmailAudit{TUser}"/> class without dependency injection.</summary>
    /// <param name="client">The client. The caller disposes of it.</param>
    /// <param name="options">The options of the store. Do not change them afterwards.</param>
    /// <param name="timeProvider">The clock; the system clock if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a valid table.</exception>
    public DynamoDbUserEmailAudit(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : this(StoreConnection.WithoutLogging(client, options, timeProvider))
    {
    }

    internal DynamoDbUserEmailAudit(StoreConnection connection)
    {
        _users = new UserTable<TUser>(connection);
        _writes = new UserWrites<TUser>(_users);
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
        if (_writes.Reservations is null)
            throw new InvalidOperationException("Without UserStoreOptions.UniqueEmails there are no reservations to compare the users with.");

        var inspection = new EmailInspection<TUser>(_users, _writes);
        AuditPosition? position = _users.QueryInput.PrepareAudit(continuationToken);
        while (position is not null)
        {
            StoreCall call = _users.Sender.Begin(cancellationToken);
            TableSchema table = position.InReservations ? _users.Schema.Emails! : _users.Schema.Users;
            ScanPage page = await _users.Reader.ScanAsync(call, table, new ScanRequest
            {
                Limit = PageSize,
                ExclusiveStartKey = position.After is null ? null : new() { [table.Key.AttributeName] = new(position.After) },
            }).ConfigureAwait(false);
            Inspection[] suspicions = position.InReservations
                ? await SuspectReservationsAsync(call, page.Items, inspection).ConfigureAwait(false)
                : await SuspectUsersAsync(call, page.Items, inspection).ConfigureAwait(false);
            var findings = new UserEmailFinding?[suspicions.Length];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxInspections, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, suspicions.Length, parallel, async (i, token) =>
                findings[i] = await suspicions[i](repair, token).ConfigureAwait(false)).ConfigureAwait(false);

            AuditPosition? next = position.Next(page.Next?.GetValueOrDefault(table.Key.AttributeName)?.S);
            yield return new UserEmailAuditPage(
                [.. findings.OfType<UserEmailFinding>()],
                Users: position.InReservations ? 0 : page.Items.Count,
                Reservations: position.InReservations ? page.Items.Count : 0,
                _users.QueryInput.TokenOf(next));
            position = next;
        }
    }

    private async Task<Inspection[]> SuspectUsersAsync(
        StoreCall call, List<Dictionary<string, AttributeValue>> items, EmailInspection<TUser> inspection)
    {
        DateTimeOffset now = _users.Input.Now();
        var users = new List<(UserKey Key, string Email)>();
        var invalid = new List<UserKey>();
        foreach (StoredUser user in items.Select(item => new StoredUser(item, _users.Model)).Where(user => user.Exists(now)))
        {
            if (_users.Input.ReservationOf(user.Email) is { } email)
                users.Add((user.Key!.Value, email));
            else if (user.Email is not null)
                invalid.Add(user.Key!.Value);
        }

        string[] emails = [.. users.Select(user => user.Email).Distinct(StringComparer.Ordinal)];
        string keyName = _users.Schema.Emails!.Key.AttributeName;
        var reservations = await _users.Reader.FindManyAsync(
            call,
            _users.Schema.Emails!,
            [.. emails.Select(email => new Dictionary<string, AttributeValue> { [keyName] = new(email) })],
            ReadConsistency.Strong).ConfigureAwait(false);
        var reserved = reservations.ToDictionary(item => item[keyName].S, StringComparer.Ordinal);
        return [.. users.Where(user => _writes.Reservations!.OwnerIn(reserved.GetValueOrDefault(user.Email)) != user.Key)
            .Select(user => (Inspection)((repair, token) => inspection.InspectUserAsync(user.Key, user.Email, repair, token)))
            .Concat(invalid.Select(key => (Inspection)((_, token) => inspection.InspectInvalidAsync(key, token))))];
    }

    private async Task<Inspection[]> SuspectReservationsAsync(
        StoreCall call, List<Dictionary<string, AttributeValue>> items, EmailInspection<TUser> inspection)
    {
        (string Email, UserKey OwnerKey)[] reserved = [.. items.Where(item => _writes.Reservations!.OwnerIn(item) is not null)
            .Select(item => (item[_users.Schema.Emails!.Key.AttributeName].S, _writes.Reservations!.OwnerIn(item)!.Value))];
        UserKey[] ownerKeys = [.. reserved.Select(reservation => reservation.OwnerKey).Distinct()];
        var owners = await _users.FindItemsAsync(call, ownerKeys, ReadConsistency.Strong).ConfigureAwait(false);
        return [.. reserved
            .Where(reservation => !_writes.Reservations!.IsValidOwner(
                new StoredUser(owners.GetValueOrDefault(reservation.OwnerKey), _users.Model), reservation.Email))
            .Select(reservation => (Inspection)((repair, token) => inspection.InspectReservationAsync(
                reservation.Email, reservation.OwnerKey, repair, token)))];
    }

    private delegate Task<UserEmailFinding?> Inspection(bool repair, CancellationToken cancellationToken);
}
