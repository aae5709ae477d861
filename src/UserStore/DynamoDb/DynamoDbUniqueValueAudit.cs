using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Auditing;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Modeling;
using UserStore.Paging;

namespace UserStore.DynamoDb;

/// <summary>Compares the table of users with the table of reservations in DynamoDB.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
public sealed class DynamoDbUniqueValueAudit<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUniqueValueAudit<TUser>
    where TUser : class
{
    // A page of one table needs one batch read of the other.
    private const int PageSize = TableReader.MaxKeys;
    private const int MaxInspections = 8; // concurrently; each uses one connection

    private readonly UserTable<TUser> _users;
    private readonly UserWrites<TUser> _writes;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbUniqueValueAudit{TUser}"/> class without dependency injection.</summary>
    /// <param name="client">The client. The caller disposes of it.</param>
    /// <param name="options">The options of the store. Do not change them afterwards.</param>
    /// <param name="timeProvider">The clock; the system clock if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a valid table.</exception>
    public DynamoDbUniqueValueAudit(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : this(StoreConnection.WithoutLogging(client, options, timeProvider))
    {
    }

    internal DynamoDbUniqueValueAudit(StoreConnection connection)
    {
        _users = new UserTable<TUser>(connection);
        _writes = new UserWrites<TUser>(_users);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UniqueValueAuditPage> CheckAsync(
        string? continuationToken = null, CancellationToken cancellationToken = default)
        => WalkAsync(continuationToken, repair: false, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<UniqueValueAuditPage> RepairAsync(
        string? continuationToken = null, CancellationToken cancellationToken = default)
        => WalkAsync(continuationToken, repair: true, cancellationToken);

    private async IAsyncEnumerable<UniqueValueAuditPage> WalkAsync(
        string? continuationToken, bool repair, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_writes.Reservations is null)
            throw new InvalidOperationException("The store has no unique values: the type declares none, or UserStoreOptions.UniqueEmails is false.");

        var inspection = new ReservationInspection<TUser>(_users, _writes);
        AuditPosition? position = _users.QueryInput.PrepareAudit(continuationToken);
        while (position is not null)
        {
            StoreCall call = _users.Sender.Begin(cancellationToken);
            TableSchema table = position.InReservations ? _users.Schema.Reservations! : _users.Schema.Users;
            ScanPage page = await _users.Reader.ScanAsync(call, table, new ScanRequest
            {
                Limit = PageSize,
                ExclusiveStartKey = StartKeyOf(position),
            }).ConfigureAwait(false);
            Inspection[] suspicions = position.InReservations
                ? await SuspectReservationsAsync(call, page.Items, inspection).ConfigureAwait(false)
                : await SuspectUsersAsync(call, page.Items, inspection).ConfigureAwait(false);
            var findings = new UniqueValueFinding?[suspicions.Length];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxInspections, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, suspicions.Length, parallel, async (i, token) =>
                findings[i] = await suspicions[i](repair, token).ConfigureAwait(false)).ConfigureAwait(false);

            AuditPosition? next = position.Next(page.Next is null ? null : PositionOf(page.Next, position.InReservations));
            yield return new UniqueValueAuditPage(
                [.. findings.OfType<UniqueValueFinding>()],
                Users: position.InReservations ? 0 : page.Items.Count(item => new StoredUser(item, _users.Model).IsUser),
                Reservations: position.InReservations ? page.Items.Count : 0,
                _users.QueryInput.TokenOf(next));
            position = next;
        }
    }

    private Dictionary<string, AttributeValue>? StartKeyOf(AuditPosition position) => position switch
    {
        { After: null } => null,
        { InReservations: true, After: var reservation } => ReservationTable<TUser>.KeyOf(reservation),
        { After: var key } => KeyPosition.Parse(key, _users.Schema.Users, query: null),
    };

    private static string PositionOf(Dictionary<string, AttributeValue> lastKey, bool inReservations)
        => inReservations ? lastKey[StoreSchema.ReservationKey].S : KeyPosition.Of(lastKey);

    private async Task<Inspection[]> SuspectUsersAsync(
        StoreCall call, List<Dictionary<string, AttributeValue>> items, ReservationInspection<TUser> inspection)
    {
        DateTimeOffset now = _users.Input.Now();
        var valid = new List<(UserKey Key, ReservedValue Value)>();
        var invalid = new List<(UserKey Key, UniqueValue Unique)>();
        foreach (StoredUser user in items.Select(item => new StoredUser(item, _users.Model)).Where(user => user.IsRestricted || user.Exists(now))
            .Select(user => user.Released))
        {
            if (user.Key is not { } key)
            {
                _users.ReportUnusableKey(user);
                continue;
            }

            foreach (UniqueValue unique in _users.Model.UniqueValues.Where(unique => unique.IsReservedBy(_users.Schema.Options)))
            {
                valid.AddRange(_users.ReservedIn(user, unique).Select(value => (key, value)));
                if (_users.HasInvalid(user, unique, out _))
                    invalid.Add((key, unique));
            }
        }

        Dictionary<string, UserKey?> owners = new(StringComparer.Ordinal);
        foreach (string[] keys in valid.Select(user => user.Value.Key).Distinct(StringComparer.Ordinal).Chunk(TableReader.MaxKeys))
        {
            var reservations = await _users.Reader.FindManyAsync(
                call, _users.Schema.Reservations!, [.. keys.Select(ReservationTable<TUser>.KeyOf)], ReadConsistency.Strong).ConfigureAwait(false);
            foreach (Dictionary<string, AttributeValue> reservation in reservations)
                owners.Add(reservation[StoreSchema.ReservationKey].S, _writes.Reservations!.OwnerIn(reservation)?.Key);
        }

        return [.. valid.Where(user => owners.GetValueOrDefault(user.Value.Key) != user.Key)
            .Select(user => (Inspection)((repair, token) => inspection.InspectUserAsync(user.Key, user.Value, repair, token)))
            .Concat(invalid.Select(user => (Inspection)((_, token) => inspection.InspectInvalidAsync(user.Key, user.Unique, token))))];
    }

    private async Task<Inspection[]> SuspectReservationsAsync(
        StoreCall call, List<Dictionary<string, AttributeValue>> items, ReservationInspection<TUser> inspection)
    {
        (string Reservation, ReservationOwner Owner)[] reserved = [.. items.Where(item => _writes.Reservations!.OwnerIn(item) is not null)
            .Select(item => (item[StoreSchema.ReservationKey].S, _writes.Reservations!.OwnerIn(item)!.Value))];
        UserKey[] ownerKeys = [.. reserved.Select(reservation => reservation.Owner.Key).OfType<UserKey>().Distinct()];
        var owners = await _users.FindItemsAsync(call, ownerKeys, ReadConsistency.Strong).ConfigureAwait(false);
        return [.. reserved
            .Where(reservation => reservation.Owner.Key is not { } ownerKey || _writes.Reservations!.HeldBy(
                new StoredUser(owners.GetValueOrDefault(ownerKey), _users.Model), reservation.Reservation) is null)
            .Select(reservation => (Inspection)((repair, token) => inspection.InspectReservationAsync(
                reservation.Reservation, reservation.Owner, repair, token)))];
    }

    private delegate Task<UniqueValueFinding?> Inspection(bool repair, CancellationToken cancellationToken);
}
