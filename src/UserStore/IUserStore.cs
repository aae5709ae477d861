using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;

namespace UserStore;

/// <summary>Stores users of type <typeparamref name="TUser"/>.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
/// <remarks>
/// <para>
/// Instances are safe for concurrent use and live as long as the service. Returned users are independent copies. Short forms such as
/// <see cref="UserStoreExtensions.GetAsync"/> are extension methods.
/// </para>
/// <para>
/// Every call may throw <see cref="UserStoreThrottledException"/>, <see cref="UserStoreUnavailableException"/> and
/// <see cref="UserStoreSchemaException"/>. Invalid input throws <see cref="InvalidUserException"/> before a request is sent. The numbers of
/// requests given here apply without contention and failures.
/// </para>
/// <para>
/// A write is applied once, rejected, or reported as unknown. Requests that are throttled, conflict with a transaction or receive no response
/// are retried as <see cref="UserStoreOptions.Retry"/> says. A retry recognizes that an earlier attempt was applied, whatever other writers did
/// since. If a response was lost and neither a retry nor the stored user shows the outcome, the call throws
/// <see cref="UserWriteOutcomeUnknownException"/>. Cancellation ends a call at once: a write that was already sent is applied once or not at
/// all, and its outcome is not reported. The guide to concepts lists the limits.
/// </para>
/// <para>
/// A patch or create that other writers of the same user overtake in every attempt until <see cref="UserStoreRetryOptions.Timeout"/> throws
/// <see cref="UserStoreUnavailableException"/>, which is transient: the write was not applied.
/// </para>
/// <para>
/// Every call treats a user whose expiry (<see cref="User.ExpiresAt"/>, or the property with <see cref="ExpiresAtAttribute"/>) has passed as
/// absent, although DynamoDB removes the item later, and likewise an item that does not satisfy
/// <see cref="UserTypeBuilder{TUser}.OnlyWhere"/>.
/// </para>
/// </remarks>
public interface IUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    /// <summary>Creates the tables and indexes that are missing, and waits until they are active.</summary>
    /// <param name="cancellationToken">A token to cancel the wait. DynamoDB completes what was started.</param>
    /// <returns>A task that completes when tables and indexes are active.</returns>
    /// <exception cref="UserStoreSchemaException">A table exists with other keys, or an index with other keys; or a table cannot have what the options
    /// require, such as a global table with multi-Region strong consistency, which supports neither transactions nor time to live.</exception>
    /// <remarks>
    /// Can be called repeatedly, and by several processes concurrently. If nothing is missing, costs one <c>DescribeTable</c> for each table
    /// (one, and one more if values are unique), with time to live one <c>DescribeTimeToLive</c>, and for each table one
    /// <c>DescribeContinuousBackups</c> with point-in-time recovery and one <c>ListTagsOfResource</c> with tags. Creating a table takes seconds; adding an
    /// index to a large table takes up to hours. Does not change what exists, except that it enables time to live, the stream, deletion protection and
    /// point-in-time recovery if they are disabled and the options require them, and changes encryption key, table class, throughput and tags that differ from
    /// those of the options. It never disables anything.
    /// </remarks>
    Task EnsureTablesAsync(CancellationToken cancellationToken = default);

    /// <summary>Stores a new user. Never overwrites an existing one.</summary>
    /// <param name="user">The user. An empty part of the key that is generated, such as <see cref="User.UserId"/>, and a default time of creation
    /// are filled in.</param>
    /// <param name="cancellationToken">A token to cancel the call. A write that was already sent may still be applied.</param>
    /// <returns>The user as stored, with key, times and version 1.</returns>
    /// <exception cref="UserAlreadyExistsException">Another user, or an item of another kind, has this key.</exception>
    /// <exception cref="UserValueInUseException">Another user has a value that is unique, such as the email.</exception>
    /// <exception cref="InvalidUserException">The user violates rules; all of them are listed.</exception>
    /// <remarks>Costs one conditional put or, for a user with unique values, one transaction of the user and one item for each of them. Replaces
    /// an expired user with the same key or value.</remarks>
    Task<TUser> CreateAsync(TUser user, CancellationToken cancellationToken = default);

    /// <summary>Reads the user with this key, or <see langword="null"/>.</summary>
    /// <param name="key">The key, such as the id of the user.</param>
    /// <param name="consistency">The consistency of the read.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The user, or <see langword="null"/> when there is none.</returns>
    /// <exception cref="InvalidUserException">The key is empty, white space or too long, or has other parts than that of
    /// <typeparamref name="TUser"/>.</exception>
    /// <remarks>Costs one read.</remarks>
    Task<TUser?> FindAsync(
        UserKey key, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default);

    /// <summary>Reads the users with these keys, of which there can be any number.</summary>
    /// <param name="keys">The keys; enumerated along with the result, some way ahead of it. Duplicates are allowed.</param>
    /// <param name="consistency">The consistency of the reads.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>For each key, in the order given, the user or <see langword="null"/>.</returns>
    /// <exception cref="InvalidUserException">A key is empty, white space or too long. The results for the keys before it are returned
    /// first.</exception>
    /// <remarks>
    /// Costs one batch read for each 100 keys, of which up to 8 run concurrently, and one more for each time that DynamoDB leaves some of
    /// them unprocessed, as it does after 16 MB. Only a response that contains none of them counts as throttled.
    /// </remarks>
    IAsyncEnumerable<UserLookup<TUser>> FindManyAsync(
        IAsyncEnumerable<UserKey> keys,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default);

    /// <summary>Finds the user with this value of a unique property, or <see langword="null"/>.</summary>
    /// <param name="property">The property, marked with <see cref="UniqueAttribute"/>, such as <c>u => u.Email</c>.</param>
    /// <param name="value">The value; normalized as on writing.</param>
    /// <param name="consistency">The consistency of the read.</param>
    /// <param name="within">The scope, for a property that is unique within one. <see langword="null"/> means all scopes in an eventual read, and
    /// users without a scope in a strong one, if there can be any.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The user; for an eventual read the one that was updated last if the index has several, and of those
    /// with the same time the user whose key is first in ordinal order.</returns>
    /// <exception cref="InvalidOperationException">The read is strong, but values of the property are not reserved; or it is eventual, and no index
    /// has the property as its partition key.</exception>
    /// <exception cref="InvalidUserException">The property is not unique, the value or scope violates a rule, or the scope is missing.</exception>
    /// <remarks>
    /// An eventual read costs one query of the index, which is updated with a delay. A strong read costs one consistent read of the
    /// reservation and one of the user. It finds only users whose value is reserved; <see cref="IUniqueValueAudit{TUser}"/> reserves the
    /// values of users that other programs wrote. Neither finds a user whose value another program stored in another form, such as with
    /// capital letters, before the audit has repaired it.
    /// </remarks>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "Named as in UserPatch.")]
    Task<TUser?> FindByAsync(
        Expression<Func<TUser, string?>> property,
        string value,
        ReadConsistency consistency = ReadConsistency.Eventual,
        UserKeyPart? within = null,
        CancellationToken cancellationToken = default);

    /// <summary>Finds the user whose set of unique values contains this value, with strong consistency, or returns <see langword="null"/>.</summary>
    /// <param name="property">The property, a set marked with <see cref="UniqueAttribute"/>, such as <c>u => u.Logins</c>.</param>
    /// <param name="value">The value; normalized as on writing.</param>
    /// <param name="within">The scope, for a property that is unique within one. <see langword="null"/> means users without a scope, if there can be
    /// any.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The user; <see langword="null"/> if no user has the value.</returns>
    /// <exception cref="InvalidUserException">The property is not unique, the value or scope violates a rule, or the scope is missing.</exception>
    /// <remarks>Costs one consistent read of the reservation and one of the user. No index can contain the values of a set, so that no eventual read
    /// finds them.</remarks>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "Named as in UserPatch.")]
    Task<TUser?> FindByAsync(
        Expression<Func<TUser, IEnumerable<string>?>> property,
        string value,
        UserKeyPart? within = null,
        CancellationToken cancellationToken = default);

    /// <summary>Finds all users with an indexed value, in an order that does not change.</summary>
    /// <param name="property">The property, marked with <see cref="IndexedAttribute"/>, such as <c>u => u.City</c>.</param>
    /// <param name="value">The value; normalized as on writing.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The users, each as it is stored when it is read. The sequence can be enumerated several times, each time with new requests.</returns>
    /// <exception cref="InvalidUserException">The property is not indexed, or the value violates a rule.</exception>
    /// <remarks>Costs as much as a search by a value of a set.</remarks>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "Named as in UserPatch.")]
    IAsyncEnumerable<TUser> FindAllByAsync(
        Expression<Func<TUser, string?>> property, string value, CancellationToken cancellationToken = default);

    /// <summary>Finds all users whose indexed set contains a value, in an order that does not change.</summary>
    /// <param name="property">The property, a set marked with <see cref="IndexedAttribute"/>, such as <c>u => u.Roles</c>.</param>
    /// <param name="value">The value; normalized as on writing.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The users, each as it is stored when it is read. The sequence can be enumerated several times, each time with new requests.</returns>
    /// <exception cref="InvalidUserException">The property is not indexed, or the value violates a rule.</exception>
    /// <remarks>
    /// Costs one query of an index of the reservations for each megabyte, which holds thousands of users, and one consistent batch read for each 100
    /// users. A user that was given the value a moment ago can be missing, because an index is eventually consistent; no user is returned that does
    /// not have it.
    /// </remarks>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "Named as in UserPatch.")]
    IAsyncEnumerable<TUser> FindAllByAsync(
        Expression<Func<TUser, IEnumerable<string>?>> property, string value, CancellationToken cancellationToken = default);

    /// <summary>Replaces a stored user, unless it was changed after <paramref name="user"/> was read.</summary>
    /// <param name="user">The new content, made from a user that the store returned: <c>user with { Name = "Ada" }</c>.</param>
    /// <param name="cancellationToken">A token to cancel the call. A write that was already sent may still be applied.</param>
    /// <returns>The user as stored, with its new version.</returns>
    /// <exception cref="UserConflictException">The table holds another revision, or the user no longer exists.</exception>
    /// <exception cref="UserValueInUseException">A unique value is changed to one that another user has.</exception>
    /// <exception cref="InvalidUserException">The user violates rules; all of them are listed.</exception>
    /// <remarks>Costs one conditional write, or one transaction if unique values change, and one more read if the condition fails. A user that
    /// does not carry its revision (<see cref="RevisionAttribute"/>), or whose type keeps values that are stored first
    /// (<c>[DynamoDbUpdateBehavior]</c>), is read before, consistently. Attributes that <typeparamref name="TUser"/> does not have are
    /// preserved.</remarks>
    Task<TUser> UpdateAsync(TUser user, CancellationToken cancellationToken = default);

    /// <summary>Changes some properties of a stored user without reading it first.</summary>
    /// <param name="key">The key.</param>
    /// <param name="patch">The changes and their conditions.</param>
    /// <param name="cancellationToken">A token to cancel the call. A write that was already sent may still be applied.</param>
    /// <returns>The whole user after the change.</returns>
    /// <exception cref="UserNotFoundException">There is no such user, or it was deleted while the call tried to change it. A user that was
    /// recreated in the meantime is not changed.</exception>
    /// <exception cref="UserConflictException">The patch expects another version than the table holds; or it changes unique values, and other
    /// writers changed the user at each attempt until <see cref="UserStoreRetryOptions.Timeout"/>.</exception>
    /// <exception cref="UserConditionFailedException">The condition of the patch is false.</exception>
    /// <exception cref="UserValueInUseException">The patch sets a unique value that another user has.</exception>
    /// <exception cref="InvalidUserException">The patch cannot be applied to <typeparamref name="TUser"/>, a new value violates a rule, or the
    /// changed user would exceed 400 KB.</exception>
    /// <exception cref="NotSupportedException">DynamoDB has no counterpart of a part of a condition.</exception>
    /// <exception cref="UserStoreSchemaException">The user cannot be read as <typeparamref name="TUser"/>. If
    /// <see cref="UserStoreSchemaException.WasApplied"/>, the patch was applied nevertheless: do not send it again.</exception>
    /// <remarks>
    /// Costs one conditional write or, if the patch changes unique values or their scopes, a consistent read and a transaction. Other
    /// writers of the same user at the same moment, and clocks that differ, may cost a second write request. Concurrent
    /// patches of different properties all take effect. If the response to an applied write was lost, the returned user is the one that is
    /// stored when the call finds that out.
    /// </remarks>
    Task<TUser> UpdateAsync(UserKey key, UserPatch<TUser> patch, CancellationToken cancellationToken = default);

    /// <summary>Deletes the user with this key, if there is one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expectedVersion">The only version to delete, or <see langword="null"/> to delete any version.</param>
    /// <param name="cancellationToken">A token to cancel the call. A delete that was already sent may still be applied.</param>
    /// <returns>The deleted user, or <see langword="null"/> when there was none.</returns>
    /// <exception cref="UserConflictException">
    /// The user is at another version than <paramref name="expectedVersion"/>; or, without one, other writers changed it each time between
    /// the read and the delete, until <see cref="UserStoreRetryOptions.Timeout"/>.
    /// </exception>
    /// <exception cref="InvalidUserException">The key is empty, white space or too long, or has other parts than that of
    /// <typeparamref name="TUser"/>.</exception>
    /// <exception cref="UserStoreSchemaException">The user was deleted, but its item cannot be read as <typeparamref name="TUser"/>:
    /// <see cref="UserStoreSchemaException.WasApplied"/> is <see langword="true"/>.</exception>
    /// <remarks>
    /// Costs a consistent read and, if there is a user, a delete conditional on the revision that was read, so that the returned user is the
    /// one that was deleted. With a reserved email, the delete is a transaction. If a retry cannot be distinguished from a delete by another
    /// caller (a lost response, or a client that the service registered, which retries by itself), both calls may return the user.
    /// </remarks>
    Task<TUser?> DeleteAsync(UserKey key, long? expectedVersion = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes a user, unless it was changed after <paramref name="user"/> was read.</summary>
    /// <param name="user">The user as the store returned it.</param>
    /// <param name="cancellationToken">A token to cancel the call. A delete that was already sent may still be applied.</param>
    /// <returns>A task that completes when the user is deleted.</returns>
    /// <exception cref="UserConflictException">The table holds another revision, or the user no longer exists.</exception>
    /// <exception cref="InvalidUserException">The key is empty, white space or too long, or has other parts than that of
    /// <typeparamref name="TUser"/>.</exception>
    /// <remarks>Costs one conditional delete, which with a reserved email is a transaction, and one more read if the condition fails. Unlike a
    /// version number, the revision distinguishes a user from one that was recreated with the same id.</remarks>
    Task DeleteUnchangedAsync(TUser user, CancellationToken cancellationToken = default);

    /// <summary>Returns the users that match a query of an index.</summary>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>The users in the order of the sort key, read page by page while they are enumerated.</returns>
    /// <exception cref="InvalidUserException">The index, a key value or a property of the filter does not match the model.</exception>
    /// <exception cref="NotSupportedException">DynamoDB has no counterpart of a part of the filter.</exception>
    /// <remarks>Costs one query for each page.</remarks>
    IAsyncEnumerable<TUser> QueryAsync(UserQuery<TUser> query, CancellationToken cancellationToken = default);

    /// <summary>Returns one page of the users that match a query of an index.</summary>
    /// <param name="query">The query.</param>
    /// <param name="continuationToken">The token of the previous page, or <see langword="null"/> for the first page.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The page, which can be empty although more pages follow.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or belongs to another query. The page size may differ between
    /// pages.</exception>
    /// <exception cref="InvalidUserException">The index, a key value or a property of the filter does not match the model.</exception>
    /// <exception cref="NotSupportedException">DynamoDB has no counterpart of a part of the filter.</exception>
    /// <remarks>Costs one query.</remarks>
    Task<UserPage<TUser>> QueryPageAsync(
        UserQuery<TUser> query, string? continuationToken = null, CancellationToken cancellationToken = default);

    /// <summary>Returns all users of the table, in pages of its segments, which are scanned in parallel.</summary>
    /// <param name="options">The number of segments, and the positions from which to resume.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>The pages as they arrive; those of one segment in order. At most two pages are held for each segment that is being
    /// scanned.</returns>
    /// <exception cref="InvalidContinuationTokenException">A token of <see cref="UserListOptions.ResumeFrom"/> is damaged, or belongs to
    /// another segment or number of segments.</exception>
    /// <remarks>
    /// A scan: costs the capacity of reading the whole table, one request for each page. To resume after an interruption, save the token of
    /// each page that was processed, by its segment, and pass the tokens as <see cref="UserListOptions.ResumeFrom"/>.
    /// </remarks>
    IAsyncEnumerable<UserSegmentPage<TUser>> ListSegmentsAsync(UserListOptions options, CancellationToken cancellationToken = default);

    /// <summary>Returns one page of all users of the table, in no particular order.</summary>
    /// <param name="options">The page size and consistency.</param>
    /// <param name="continuationToken">The token of the previous page, or <see langword="null"/> for the first page.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The page, which can be empty although more pages follow.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or belongs to a query.</exception>
    /// <remarks>Costs one scan request.</remarks>
    Task<UserPage<TUser>> ListPageAsync(
        UserListOptions? options = null, string? continuationToken = null, CancellationToken cancellationToken = default);
}

/// <summary>Stores users of type <see cref="User"/>: the short form of <see cref="IUserStore{TUser}"/> for services that need no properties of
/// their own.</summary>
public interface IUserStore : IUserStore<User>;
