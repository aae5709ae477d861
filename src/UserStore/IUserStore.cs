using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Keeps users of type <typeparamref name="TUser"/>.</summary>
/// <typeparam name="TUser"><see cref="User"/> or a record derived from it.</typeparam>
/// <remarks>
/// <para>Safe for concurrent use; meant to live as long as the service. Returned users are independent copies.</para>
/// <para>
/// Every call may throw <see cref="UserStoreThrottledException"/>, <see cref="UserStoreUnavailableException"/> and
/// <see cref="UserStoreSchemaException"/>; bad input is refused with <see cref="InvalidUserException"/> before a request is sent. Request
/// counts are meant without contention and failures.
/// </para>
/// <para>
/// A write is applied once or not at all. Requests that are throttled, meet a running transaction or get no answer are repeated by
/// <see cref="UserStoreOptions.Retry"/>; a repetition recognises what was applied before it, unless three others wrote the same user in
/// between. When the time is up and an attempt may have been applied, the write ends as <see cref="UserWriteOutcomeUnknownException"/>.
/// Cancellation stops a call at once: a write whose request had left by then was applied once or not at all, and nobody was told which.
/// </para>
/// <para>
/// A user whose <see cref="User.ExpiresAt"/> has passed counts as absent in every call, although DynamoDB removes the item later.
/// </para>
/// </remarks>
public interface IUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : User
{
    /// <summary>Creates the tables and indexes where they are missing, and waits until they can be used.</summary>
    /// <param name="cancellationToken">Abandons the wait. What was begun goes on in DynamoDB.</param>
    /// <returns>A task that completes when tables and indexes are active.</returns>
    /// <exception cref="UserStoreSchemaException">A table exists with other keys, or an index with other keys.</exception>
    /// <remarks>
    /// Safe to call again, and from several processes at once. Costs one <c>DescribeTable</c> for each table (one, and one more with unique
    /// emails) and, with time to live, one <c>DescribeTimeToLive</c> when nothing is missing. Creating takes seconds, adding an index to a
    /// large table up to hours. Changes nothing that exists, except that it switches on time to live and the stream when they are off and
    /// the options ask for them.
    /// </remarks>
    Task EnsureTablesAsync(CancellationToken cancellationToken = default);

    /// <summary>Stores a new user. Never overwrites one.</summary>
    /// <param name="user">The user. An empty <see cref="User.UserId"/> and a default <see cref="User.CreatedAt"/> are filled in.</param>
    /// <param name="cancellationToken">Abandons the call. A write already sent may still take effect.</param>
    /// <returns>The user as stored, with id, times and version 1.</returns>
    /// <exception cref="UserAlreadyExistsException">Another user has this id.</exception>
    /// <exception cref="EmailAlreadyInUseException">Another user has this email; only with unique emails.</exception>
    /// <exception cref="InvalidUserException">The user breaks rules; all of them are listed.</exception>
    /// <remarks>Costs one conditional put, or, for a user with an email and unique emails, one transaction of two items. An expired user
    /// with the same id or email is replaced.</remarks>
    Task<TUser> CreateAsync(TUser user, CancellationToken cancellationToken = default);

    /// <summary>Reads the user with this id, or <see langword="null"/>.</summary>
    /// <param name="userId">The id.</param>
    /// <param name="consistency">How fresh the read must be.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The user, or <see langword="null"/> when there is none.</returns>
    /// <exception cref="InvalidUserException">The id is empty, white space or too long.</exception>
    /// <remarks>Costs one read.</remarks>
    Task<TUser?> FindAsync(
        string userId, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default);

    /// <summary>Reads the user with this id, which must exist.</summary>
    /// <param name="userId">The id.</param>
    /// <param name="consistency">How fresh the read must be.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The user.</returns>
    /// <exception cref="UserNotFoundException">There is no such user.</exception>
    /// <exception cref="InvalidUserException">The id is empty, white space or too long.</exception>
    /// <remarks>Costs one read.</remarks>
    Task<TUser> GetAsync(
        string userId, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default);

    /// <summary>Reads the users with these ids, any number of them.</summary>
    /// <param name="userIds">The ids; read while the result is enumerated, some way ahead. One may occur several times.</param>
    /// <param name="consistency">How fresh the reads must be.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <returns>For each id, in the order given, the user or <see langword="null"/>; read while it is enumerated.</returns>
    /// <exception cref="InvalidUserException">An id is empty, white space or too long. What comes before it is returned first.</exception>
    /// <remarks>
    /// Costs one batch read for each 100 ids, of which up to 8 are on their way at once, and one more for each time that DynamoDB leaves
    /// some of them unprocessed.
    /// </remarks>
    IAsyncEnumerable<UserLookup<TUser>> FindManyAsync(
        IEnumerable<string> userIds, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default);

    /// <summary>Reads the users with these ids, any number of them.</summary>
    /// <inheritdoc cref="FindManyAsync(IEnumerable{string}, ReadConsistency, CancellationToken)"/>
    IAsyncEnumerable<UserLookup<TUser>> FindManyAsync(
        IAsyncEnumerable<string> userIds,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default);

    /// <summary>Finds the user with this email, or <see langword="null"/>.</summary>
    /// <param name="email">The address; normalised as on writing.</param>
    /// <param name="consistency">How fresh the read must be.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The user; of an eventual read the one with the newest <see cref="User.UpdatedAt"/> when the index shows several.</returns>
    /// <exception cref="InvalidOperationException">A strong read was asked for without <see cref="UserStoreOptions.UniqueEmails"/>: an
    /// index cannot be read consistently.</exception>
    /// <exception cref="InvalidUserException">The email is not an address.</exception>
    /// <remarks>
    /// Eventual: costs one query of <c>email-index</c>, which follows the table with a delay. Strong: costs one consistent read of the
    /// reservation and one of the user; finds only users whose email is reserved, which <see cref="IUserEmailAudit{TUser}"/> sees to for
    /// those that other programs wrote.
    /// </remarks>
    Task<TUser?> FindByEmailAsync(
        string email, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default);

    /// <summary>Replaces a stored user, unless somebody changed it after <paramref name="user"/> was read.</summary>
    /// <param name="user">The new content, made from a user that the store returned: <c>user with { Name = "Ada" }</c>.</param>
    /// <param name="cancellationToken">Abandons the call. A write already sent may still take effect.</param>
    /// <returns>The user as stored, with its new version.</returns>
    /// <exception cref="UserConflictException">The table holds another revision, or the user is gone.</exception>
    /// <exception cref="EmailAlreadyInUseException">The email is changed to one that another user has; only with unique emails.</exception>
    /// <exception cref="InvalidUserException">The user breaks rules; all of them are listed.</exception>
    /// <remarks>Costs one conditional write, or one transaction when the email changes with unique emails; and one read more when it is
    /// refused. Attributes that <typeparamref name="TUser"/> does not know survive.</remarks>
    Task<TUser> UpdateAsync(TUser user, CancellationToken cancellationToken = default);

    /// <summary>Changes some properties of a stored user without reading it first.</summary>
    /// <param name="userId">The id.</param>
    /// <param name="patch">What to change, and under which condition.</param>
    /// <param name="cancellationToken">Abandons the call. A write already sent may still take effect.</param>
    /// <returns>The whole user after the change.</returns>
    /// <exception cref="UserNotFoundException">There is no such user.</exception>
    /// <exception cref="UserConflictException">The patch expects another version than the table holds; or it changes the email, and others
    /// changed the user at each attempt until <see cref="UserStoreRetryOptions.Timeout"/> was over.</exception>
    /// <exception cref="UserConditionFailedException">The condition of the patch does not hold.</exception>
    /// <exception cref="EmailAlreadyInUseException">The patch sets an email that another user has; only with unique emails.</exception>
    /// <exception cref="InvalidUserException">A new value breaks a rule, or the changed user would exceed 400 KB.</exception>
    /// <remarks>
    /// Costs one conditional write, or, when the patch names the email with unique emails, a consistent read and a transaction. Concurrent
    /// patches of different properties all take effect. When a write is recognised as applied after its answer was lost, what is returned
    /// is the user as stored by then.
    /// </remarks>
    Task<TUser> UpdateAsync(string userId, UserPatch<TUser> patch, CancellationToken cancellationToken = default);

    /// <summary>Deletes the user with this id, if there is one.</summary>
    /// <param name="userId">The id.</param>
    /// <param name="expectedVersion">The only version to delete, or <see langword="null"/> to delete whatever is there.</param>
    /// <param name="cancellationToken">Abandons the call. A delete already sent may still take effect.</param>
    /// <returns>The deleted user, or <see langword="null"/> when there was none.</returns>
    /// <exception cref="UserConflictException">
    /// The user is at another version than <paramref name="expectedVersion"/>; or, without one, it was changed each time between the read
    /// and the delete, until <see cref="UserStoreRetryOptions.Timeout"/> was over.
    /// </exception>
    /// <exception cref="InvalidUserException">The id is empty, white space or too long.</exception>
    /// <remarks>
    /// Costs a consistent read and, when there is a user, a delete conditional on the revision read, so that what is returned is what was
    /// deleted; with a reserved email the delete is a transaction. Where a retry cannot be told from a delete by somebody else (a lost
    /// answer, or a client of the service's own, which retries unseen), two callers may both be told that they deleted the user.
    /// </remarks>
    Task<TUser?> DeleteAsync(string userId, long? expectedVersion = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes a user, unless somebody changed it after <paramref name="user"/> was read.</summary>
    /// <param name="user">The user as the store returned it.</param>
    /// <param name="cancellationToken">Abandons the call. A delete already sent may still take effect.</param>
    /// <returns>A task that completes when the user is deleted.</returns>
    /// <exception cref="UserConflictException">The table holds another revision, or the user is gone.</exception>
    /// <exception cref="InvalidUserException">The id is empty, white space or too long.</exception>
    /// <remarks>Costs one conditional delete, which with a reserved email is a transaction; and one read more when it is refused. Unlike a
    /// version number, the revision tells a user from one that was created anew under the same id.</remarks>
    Task DeleteAsync(TUser user, CancellationToken cancellationToken = default);

    /// <summary>Returns the users that an index holds for a key, page after page.</summary>
    /// <param name="query">The index, its key, and what to leave out.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <returns>The users in the order of the sort key, read while they are enumerated.</returns>
    /// <exception cref="InvalidUserException">The index, a property of the filter or a key value does not fit the model.</exception>
    /// <remarks>Costs one query a page.</remarks>
    IAsyncEnumerable<TUser> QueryAsync(UserQuery<TUser> query, CancellationToken cancellationToken = default);

    /// <summary>Returns one page of the users that an index holds for a key.</summary>
    /// <param name="query">The index, its key, and what to leave out.</param>
    /// <param name="continuationToken">The token of the page before, or <see langword="null"/> for the first page.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The page; it may be empty although more follow.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged or was made for another query. The page size may
    /// change.</exception>
    /// <exception cref="InvalidUserException">The index, a property of the filter or a key value does not fit the model.</exception>
    /// <remarks>Costs one query.</remarks>
    Task<UserPage<TUser>> QueryPageAsync(
        UserQuery<TUser> query, string? continuationToken = null, CancellationToken cancellationToken = default);

    /// <summary>Returns the users with a status, by their creation.</summary>
    /// <param name="status">The status.</param>
    /// <param name="limit">How many to return at most, at least 1; <see langword="null"/> for all.</param>
    /// <param name="direction">Whether the oldest or the newest come first.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <returns>The users, read while they are enumerated.</returns>
    /// <exception cref="InvalidUserException">The status is empty or too long.</exception>
    /// <remarks>Short for <see cref="QueryAsync"/> on <c>status-index</c>. Costs one query a page.</remarks>
    IAsyncEnumerable<TUser> QueryByStatusAsync(
        string status,
        int? limit = null,
        QueryDirection direction = QueryDirection.Ascending,
        CancellationToken cancellationToken = default);

    /// <summary>Returns all users with an email.</summary>
    /// <param name="email">The address; normalised as on writing.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <returns>The users, read while they are enumerated.</returns>
    /// <exception cref="InvalidUserException">The email is not an address.</exception>
    /// <remarks>Short for <see cref="QueryAsync"/> on <c>email-index</c>. Costs one query a page.</remarks>
    IAsyncEnumerable<TUser> QueryByEmailAsync(string email, CancellationToken cancellationToken = default);

    /// <summary>Returns all users of the table, in no particular order.</summary>
    /// <param name="options">The page size, consistency and segments.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <returns>The users, read while they are enumerated; of several segments some pages ahead.</returns>
    /// <remarks>A scan: costs the capacity of reading the whole table, one request a page. Use <see cref="QueryAsync"/> where an index
    /// serves.</remarks>
    IAsyncEnumerable<TUser> ListAsync(UserListOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Returns all users of the table in pages of its segments, which are read at the same time.</summary>
    /// <param name="options">The number of segments, and where to go on after an interruption.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <returns>The pages as they come; those of one segment in order. Of each segment that is being read, two pages are held at
    /// most.</returns>
    /// <exception cref="InvalidContinuationTokenException">A token of <see cref="UserListOptions.ResumeFrom"/> is damaged, or was made for
    /// another segment or number of segments.</exception>
    /// <remarks>
    /// A scan, as <see cref="ListAsync"/>. To go on after a crash, keep the token of each page that was dealt with, by its segment, and
    /// pass them as <see cref="UserListOptions.ResumeFrom"/>.
    /// </remarks>
    IAsyncEnumerable<UserSegmentPage<TUser>> ListSegmentsAsync(UserListOptions options, CancellationToken cancellationToken = default);

    /// <summary>Returns one page of all users of the table, in no particular order.</summary>
    /// <param name="options">The page size and consistency.</param>
    /// <param name="continuationToken">The token of the page before, or <see langword="null"/> for the first page.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The page; it may be empty although more follow.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged or was made for a query.</exception>
    /// <remarks>Costs one scan request.</remarks>
    Task<UserPage<TUser>> ListPageAsync(
        UserListOptions? options = null, string? continuationToken = null, CancellationToken cancellationToken = default);
}

/// <summary>Keeps users without fields of a service's own: the short form of <see cref="IUserStore{TUser}"/>.</summary>
public interface IUserStore : IUserStore<User>;
