using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace UserStore;

/// <summary>Short forms of the operations of <see cref="IUserStore{TUser}"/>.</summary>
public static class UserStoreExtensions
{
    /// <summary>Reads the user with this key, which must exist.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key, such as the id of the user.</param>
    /// <param name="consistency">The consistency of the read.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The user.</returns>
    /// <exception cref="UserNotFoundException">There is no such user.</exception>
    /// <exception cref="InvalidUserException">The key is empty, white space or too long, or has other parts than that of
    /// <typeparamref name="TUser"/>.</exception>
    /// <remarks>Calls <see cref="IUserStore{TUser}.FindAsync"/>. Costs one read.</remarks>
    public static async Task<TUser> GetAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserStore<TUser> store,
        UserKey key,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(store);
        return await store.FindAsync(key, consistency, cancellationToken).ConfigureAwait(false) ?? throw new UserNotFoundException(key);
    }

    /// <summary>Reads the users with these keys, of which there can be any number.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="keys">The keys; enumerated along with the result, some way ahead of it. Duplicates are allowed.</param>
    /// <param name="consistency">The consistency of the reads.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>For each key, in the order given, the user or <see langword="null"/>.</returns>
    /// <exception cref="InvalidUserException">A key is empty, white space or too long. The results for the keys before it are returned
    /// first.</exception>
    /// <remarks>Calls <see cref="IUserStore{TUser}.FindManyAsync"/>, which describes the cost.</remarks>
    public static IAsyncEnumerable<UserLookup<TUser>> FindManyAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserStore<TUser> store,
        IEnumerable<UserKey> keys,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        return store.FindManyAsync(keys.ToAsyncEnumerable(), consistency, cancellationToken);
    }

    /// <summary>Reads the users with these keys, of which there can be any number.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="keys">The keys of one string each; enumerated along with the result, some way ahead of it. Duplicates are allowed.</param>
    /// <param name="consistency">The consistency of the reads.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>For each key, in the order given, the user or <see langword="null"/>.</returns>
    /// <exception cref="InvalidUserException">A key is empty, white space or too long. The results for the keys before it are returned
    /// first.</exception>
    /// <remarks>Calls <see cref="IUserStore{TUser}.FindManyAsync"/>, which describes the cost.</remarks>
    public static IAsyncEnumerable<UserLookup<TUser>> FindManyAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserStore<TUser> store,
        IEnumerable<string> keys,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        return store.FindManyAsync(keys.Select(static key => (UserKey)key).ToAsyncEnumerable(), consistency, cancellationToken);
    }

    /// <summary>Reads the users with these keys, of which there can be any number.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="keys">The keys of one string each; enumerated along with the result, some way ahead of it. Duplicates are allowed.</param>
    /// <param name="consistency">The consistency of the reads.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>For each key, in the order given, the user or <see langword="null"/>.</returns>
    /// <exception cref="InvalidUserException">A key is empty, white space or too long. The results for the keys before it are returned
    /// first.</exception>
    /// <remarks>Calls <see cref="IUserStore{TUser}.FindManyAsync"/>, which describes the cost.</remarks>
    public static IAsyncEnumerable<UserLookup<TUser>> FindManyAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserStore<TUser> store,
        IAsyncEnumerable<string> keys,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        return store.FindManyAsync(keys.Select(static key => (UserKey)key), consistency, cancellationToken);
    }

    /// <summary>Finds the user with this email, or <see langword="null"/>.</summary>
    /// <typeparam name="TUser"><see cref="User"/>, or a record derived from it.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="email">The address; normalized as on writing.</param>
    /// <param name="consistency">The consistency of the read.</param>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <returns>The user, as
    /// <see cref="IUserStore{TUser}.FindByAsync(Expression{Func{TUser, string?}}, string, ReadConsistency, UserKeyPart?, CancellationToken)"/>
    /// finds it.</returns>
    /// <exception cref="InvalidOperationException">The read is strong, but <see cref="UserStoreOptions.UniqueEmails"/> is
    /// <see langword="false"/>: DynamoDB cannot read an index consistently.</exception>
    /// <exception cref="InvalidUserException">The email is not an address.</exception>
    /// <remarks>Calls
    /// <see cref="IUserStore{TUser}.FindByAsync(Expression{Func{TUser, string?}}, string, ReadConsistency, UserKeyPart?, CancellationToken)"/>,
    /// which describes the cost.</remarks>
    public static Task<TUser?> FindByEmailAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserStore<TUser> store,
        string email,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default)
        where TUser : User
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.FindByAsync(Emails<TUser>.Property, email, consistency, within: null, cancellationToken);
    }

    /// <summary>Returns the users with a status, ordered by their creation.</summary>
    /// <typeparam name="TUser"><see cref="User"/>, or a record derived from it.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="status">The status.</param>
    /// <param name="limit">The maximum number of users, at least 1; <see langword="null"/> for all.</param>
    /// <param name="direction">Whether the oldest or the newest come first.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>The users, read page by page while they are enumerated.</returns>
    /// <exception cref="InvalidUserException">The status is empty or too long.</exception>
    /// <remarks>Calls <see cref="IUserStore{TUser}.QueryAsync"/> with <c>status-index</c>. Costs one query for each page.</remarks>
    public static IAsyncEnumerable<TUser> QueryByStatusAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserStore<TUser> store,
        string status,
        int? limit = null,
        QueryDirection direction = QueryDirection.Ascending,
        CancellationToken cancellationToken = default)
        where TUser : User
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(status);
        if (limit is < 1)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "Must be at least 1.");
        return store.QueryAsync(
            new UserQuery<TUser>(User.StatusIndex, status) { Direction = direction, Limit = limit }, cancellationToken);
    }

    /// <summary>Returns all users with an email.</summary>
    /// <typeparam name="TUser"><see cref="User"/>, or a record derived from it.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="email">The address; normalized as on writing.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>The users, read page by page while they are enumerated.</returns>
    /// <exception cref="InvalidUserException">The email is not an address.</exception>
    /// <remarks>Calls <see cref="IUserStore{TUser}.QueryAsync"/> with <c>email-index</c>. Costs one query for each page.</remarks>
    public static IAsyncEnumerable<TUser> QueryByEmailAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserStore<TUser> store, string email, CancellationToken cancellationToken = default)
        where TUser : User
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(email);
        return store.QueryAsync(new UserQuery<TUser>(User.EmailIndex, email), cancellationToken);
    }

    /// <summary>Returns all users of the table, in no particular order.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="options">The page size, consistency and segments; the defaults if null.</param>
    /// <param name="cancellationToken">A token to cancel the enumeration.</param>
    /// <returns>The users, read page by page while they are enumerated; with several segments some pages ahead.</returns>
    /// <remarks>A scan: costs the capacity of reading the whole table, one request for each page. Prefer
    /// <see cref="IUserStore{TUser}.QueryAsync"/> if there is an index for the purpose.</remarks>
    public static IAsyncEnumerable<TUser> ListAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserStore<TUser> store, UserListOptions? options = null, CancellationToken cancellationToken = default)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(store);
        options?.Check();
        return options is null or { TotalSegments: 1, ResumeFrom.Count: 0 }
            ? ListPagesAsync(store, options, cancellationToken)
            : store.ListSegmentsAsync(options, cancellationToken).SelectMany(page => page.Users);
    }

    private static async IAsyncEnumerable<TUser> ListPagesAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        IUserStore<TUser> store, UserListOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TUser : class
    {
        string? continuationToken = null;
        do
        {
            UserPage<TUser> page = await store.ListPageAsync(options, continuationToken, cancellationToken).ConfigureAwait(false);
            foreach (TUser user in page.Users)
                yield return user;
            continuationToken = page.ContinuationToken;
        }
        while (continuationToken is not null);
    }

    // One expression for each type, because building one costs more than the rest of the call.
    private static class Emails<TUser>
        where TUser : User
    {
        public static readonly Expression<Func<TUser, string?>> Property = user => user.Email;
    }
}
