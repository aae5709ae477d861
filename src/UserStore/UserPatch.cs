using System.Linq.Expressions;
using System.Numerics;

namespace UserStore;

/// <summary>
/// Represents a partial update: the properties to change and the conditions under which to change them. Build it in steps:
/// <c>new UserPatch&lt;User&gt;().Set(u => u.Name, "Ada").Increment(u => u.Age, 1)</c>.
/// </summary>
/// <typeparam name="TUser">The type of the user.</typeparam>
/// <remarks>
/// <para>
/// A patch only describes the update. <see cref="IUserStore{TUser}.UpdateAsync(UserKey, UserPatch{TUser}, CancellationToken)"/> checks it
/// and throws <see cref="InvalidUserException"/>, which names the property, before it sends a request: for an expression that is not a
/// stored property of <typeparamref name="TUser"/>, for the key, for a property that the store maintains (<see cref="User.Version"/>,
/// <see cref="User.UpdatedAt"/>), and for a property that is changed twice.
/// </para>
/// <para>
/// Instances are not safe for concurrent use while they are built. A finished patch can be applied any number of times, also concurrently;
/// variables that a condition captures are read each time.
/// </para>
/// </remarks>
public sealed class UserPatch<TUser>
    where TUser : class
{
    private readonly List<RequestedChange> _changes = [];
    private readonly List<LambdaExpression> _conditions = [];

    internal IReadOnlyList<RequestedChange> Changes => _changes;

    internal IReadOnlyList<LambdaExpression> Conditions => _conditions;

    internal long? ExpectedVersion { get; private set; }

    /// <summary>Sets a property.</summary>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Name</c>.</param>
    /// <param name="value">The new value; <see langword="null"/> removes the attribute.</param>
    /// <returns>This patch.</returns>
    public UserPatch<TUser> Set<TValue>(Expression<Func<TUser, TValue>> property, TValue value)
        => Add(value is null ? PatchAction.Remove : PatchAction.Set, property, value);

    /// <summary>Removes the attribute of a property, so that the property has its default value when the user is read.</summary>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Age</c>.</param>
    /// <returns>This patch.</returns>
    public UserPatch<TUser> Remove<TValue>(Expression<Func<TUser, TValue>> property) => Add(PatchAction.Remove, property, null);

    /// <summary>Adds to a number. An absent attribute counts as zero.</summary>
    /// <typeparam name="TNumber">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Logins</c>.</param>
    /// <param name="amount">The amount to add; negative to subtract.</param>
    /// <returns>This patch.</returns>
    /// <remarks>Concurrent increments add up, because DynamoDB computes the sum, in exact decimal digits. The update throws
    /// <see cref="InvalidUserException"/> and stores nothing if the property or DynamoDB cannot hold the amount or the sum.</remarks>
    public UserPatch<TUser> Increment<TNumber>(Expression<Func<TUser, TNumber>> property, TNumber amount)
        where TNumber : struct, INumber<TNumber>
        => Add(PatchAction.Increment, property, amount);

    /// <summary>Adds to a number. An absent attribute counts as zero.</summary>
    /// <typeparam name="TNumber">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Age</c>.</param>
    /// <param name="amount">The amount to add; negative to subtract.</param>
    /// <returns>This patch.</returns>
    /// <remarks>Concurrent increments add up, because DynamoDB computes the sum, in exact decimal digits. The update throws
    /// <see cref="InvalidUserException"/> and stores nothing if the property or DynamoDB cannot hold the amount or the sum.</remarks>
    public UserPatch<TUser> Increment<TNumber>(Expression<Func<TUser, TNumber?>> property, TNumber amount)
        where TNumber : struct, INumber<TNumber>
        => Add(PatchAction.Increment, property, amount);

    /// <summary>Appends items to a list. An absent attribute counts as an empty list.</summary>
    /// <typeparam name="TItem">The type of the items.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Tags</c>.</param>
    /// <param name="items">The items to append, in order.</param>
    /// <returns>This patch.</returns>
    /// <remarks>
    /// Concurrent appends all take effect. DynamoDB cannot append to a set that another program stored in place of the list: the update
    /// throws <see cref="InvalidUserException"/>. Replace the set with <see cref="Set"/> first.
    /// </remarks>
    public UserPatch<TUser> Append<TItem>(Expression<Func<TUser, IEnumerable<TItem>?>> property, params IEnumerable<TItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return Add(PatchAction.Append, property, ValueList.CopyOf(items));
    }

    /// <summary>Applies the patch only to this version of the user.</summary>
    /// <param name="version">The version that must be stored.</param>
    /// <returns>This patch.</returns>
    public UserPatch<TUser> ExpectVersion(long version)
    {
        ExpectedVersion = version;
        return this;
    }

    /// <summary>Applies the patch only if the stored user satisfies a condition. Several conditions must all be true.</summary>
    /// <param name="condition">The condition, such as <c>u => u.Status == "active"</c>; <see cref="UserQuery{TUser}.Filter"/> describes
    /// what it can contain.</param>
    /// <returns>This patch.</returns>
    public UserPatch<TUser> OnlyIf(Expression<Func<TUser, bool>> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        _conditions.Add(condition);
        return this;
    }

    private UserPatch<TUser> Add(PatchAction action, LambdaExpression property, object? value)
    {
        ArgumentNullException.ThrowIfNull(property);
        _changes.Add(new RequestedChange(action, property, value));
        return this;
    }
}

internal enum PatchAction
{
    Set,
    Remove,
    Increment,
    Append,
}

/// <summary>A change of a property as the caller described it.</summary>
internal sealed record RequestedChange(PatchAction Action, LambdaExpression Property, object? Value);
