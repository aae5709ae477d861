using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using System.Numerics;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore;

/// <summary>
/// A partial update: which properties to change, and under which condition. Built in steps: <c>new UserPatch&lt;User&gt;().Set(u => u.Name,
/// "Ada").Increment(u => u.Age, 1)</c>.
/// </summary>
/// <typeparam name="TUser">The type of the user.</typeparam>
/// <remarks>
/// <para>
/// Each property can be changed once. Refused by name, with <see cref="InvalidUserException"/>: what is not a property of
/// <typeparamref name="TUser"/>, what is not stored, the key, and what the store keeps itself (<see cref="User.Version"/>,
/// <see cref="User.UpdatedAt"/>).
/// </para>
/// <para>Not safe for concurrent use while it is built; afterwards it can be applied any number of times.</para>
/// </remarks>
public sealed class UserPatch<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : User
{
    private readonly UserModel _model = UserModel.For<TUser>();
    private readonly List<PatchChange> _changes = [];

    internal IReadOnlyList<PatchChange> Changes => _changes;

    internal long? ExpectedVersion { get; private set; }

    internal UserCondition? Condition { get; private set; }

    /// <summary>Sets a property.</summary>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <param name="property">The property, as <c>u => u.Name</c>.</param>
    /// <param name="value">The new value; <see langword="null"/> removes the attribute.</param>
    /// <returns>This patch.</returns>
    public UserPatch<TUser> Set<TValue>(Expression<Func<TUser, TValue>> property, TValue value)
    {
        MappedProperty target = Target(property);
        return Add(new PatchChange(target, value is null ? PatchAction.Remove : PatchAction.Set, value));
    }

    /// <summary>Removes the attribute of a property, so that the property reads as its default.</summary>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <param name="property">The property, as <c>u => u.Age</c>.</param>
    /// <returns>This patch.</returns>
    public UserPatch<TUser> Remove<TValue>(Expression<Func<TUser, TValue>> property)
        => Add(new PatchChange(Target(property), PatchAction.Remove, null));

    /// <summary>Adds to a number. An absent attribute counts as zero.</summary>
    /// <typeparam name="TNumber">The type of the property.</typeparam>
    /// <param name="property">The property, as <c>u => u.Logins</c>.</param>
    /// <param name="amount">What to add; negative to subtract.</param>
    /// <returns>This patch.</returns>
    /// <remarks>Concurrent increments add up, because DynamoDB does the sum.</remarks>
    public UserPatch<TUser> Increment<TNumber>(Expression<Func<TUser, TNumber>> property, TNumber amount)
        where TNumber : struct, INumber<TNumber>
        => AddIncrement(Target(property), amount);

    /// <summary>Adds to a number. An absent attribute counts as zero.</summary>
    /// <typeparam name="TNumber">The type of the property.</typeparam>
    /// <param name="property">The property, as <c>u => u.Age</c>.</param>
    /// <param name="amount">What to add; negative to subtract.</param>
    /// <returns>This patch.</returns>
    /// <remarks>Concurrent increments add up, because DynamoDB does the sum.</remarks>
    public UserPatch<TUser> Increment<TNumber>(Expression<Func<TUser, TNumber?>> property, TNumber amount)
        where TNumber : struct, INumber<TNumber>
        => AddIncrement(Target(property), amount);

    /// <summary>Appends items to a list. An absent attribute counts as an empty list.</summary>
    /// <typeparam name="TItem">The type of the items.</typeparam>
    /// <param name="property">The property, as <c>u => u.Tags</c>.</param>
    /// <param name="items">What to append, in order.</param>
    /// <returns>This patch.</returns>
    /// <remarks>
    /// Concurrent appends all take effect. A set that another program stored in place of the list is refused by DynamoDB with an error that
    /// says so; replace it with <see cref="Set"/> first.
    /// </remarks>
    public UserPatch<TUser> Append<TItem>(Expression<Func<TUser, IEnumerable<TItem>?>> property, params IEnumerable<TItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);

        MappedProperty target = Target(property);
        if (!target.IsList)
            throw new InvalidUserException(target.Name, "is not a list, so nothing can be appended to it");
        return Add(new PatchChange(target, PatchAction.Append, target.MakeList(ValueList.CopyOf(items))));
    }

    /// <summary>Applies the patch only to this version of the user.</summary>
    /// <param name="version">The version that must be stored.</param>
    /// <returns>This patch.</returns>
    public UserPatch<TUser> ExpectVersion(long version)
    {
        ExpectedVersion = version;
        return this;
    }

    /// <summary>Applies the patch only if the stored user meets a condition. Several conditions must all hold.</summary>
    /// <param name="condition">The condition, as <c>u => u.Status == "active"</c>; what can be said in it is told at
    /// <see cref="UserQuery{TUser}.Filter"/>.</param>
    /// <returns>This patch.</returns>
    public UserPatch<TUser> OnlyIf(Expression<Func<TUser, bool>> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);

        UserCondition parsed = ConditionParser.Parse(_model, condition);
        Condition = Condition is null ? parsed : new AndCondition(Condition, parsed);
        return this;
    }

    private UserPatch<TUser> AddIncrement(MappedProperty target, object amount)
    {
        if (!target.IsNumber)
            throw new InvalidUserException(target.Name, "is not stored as a number, so nothing can be added to it");
        return Add(new PatchChange(target, PatchAction.Increment, amount));
    }

    private UserPatch<TUser> Add(PatchChange change)
    {
        if (_changes.Exists(other => other.Property == change.Property))
            throw new InvalidUserException(change.Property.Name, "is changed twice in one update");
        _changes.Add(change);
        return this;
    }

    private MappedProperty Target(LambdaExpression property)
    {
        ArgumentNullException.ThrowIfNull(property);

        MappedProperty target = _model.Resolve(property);
        if (target == _model.Key)
            throw new InvalidUserException(target.Name, "is the key of the user and cannot be changed");
        if (target.IsKeptByStore)
            throw new InvalidUserException(target.Name, "is kept by the store and cannot be set");
        return target;
    }
}

internal enum PatchAction
{
    Set,
    Remove,
    Increment,
    Append,
}

internal sealed record PatchChange(MappedProperty Property, PatchAction Action, object? Value)
{
    /// <summary>Returns the last stored value from which an increment stays within the range of its property, or null if there is
    /// none.</summary>
    public (decimal Value, bool IsUpper)? LargestStart()
    {
        if (Action != PatchAction.Increment || Property.IntegerRange is not { } range)
            return null;
        decimal amount = Convert.ToDecimal(Value, CultureInfo.InvariantCulture);
        return amount > 0 ? (range.Max - amount, true) : (range.Min - amount, false);
    }

    /// <summary>Tells whether the increment of this stored value leaves the range of the property.</summary>
    public bool LeavesRange(decimal? stored)
        => LargestStart() is { } limit && (limit.IsUpper ? stored > limit.Value : stored < limit.Value);

    /// <summary>Returns the value of the property after a change that does not remove it.</summary>
    /// <param name="current">The stored value; null when the attribute is absent.</param>
    /// <exception cref="InvalidUserException">A sum leaves the range of the property.</exception>
    public object? Apply(object? current) => Action switch
    {
        PatchAction.Increment => Property.AsReadBack(Add(current)),
        PatchAction.Append => Property.MakeList(ValueList.CopyOf(Items(current).Concat(Items(Value)))),
        _ => UserCopier.CopyObject(Value),
    };

    public InvalidUserException OutOfRange(Exception? innerException = null)
        => new(Property.Name, $"would leave the range of {Property.ValueType.Name}", innerException);

    private static IEnumerable<object?> Items(object? list) => ((IEnumerable?)list)?.Cast<object?>() ?? [];

    private object Add(object? current)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (Value is double or float)
        {
            return Convert.ChangeType(
                Convert.ToDouble(current ?? 0d, culture) + Convert.ToDouble(Value, culture), Property.ValueType, culture);
        }

        decimal start = Convert.ToDecimal(current ?? 0, culture);
        return LeavesRange(start)
            ? throw OutOfRange()
            : Convert.ChangeType(start + Convert.ToDecimal(Value, culture), Property.ValueType, culture);
    }
}
