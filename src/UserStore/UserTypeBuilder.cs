using System.Linq.Expressions;
using Microsoft.Extensions.Compliance.Classification;

namespace UserStore;

/// <summary>Describes a user type in code: what attributes on its properties would say, for a type that cannot be annotated.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>A role that is described here replaces the attributes of that role. An attribute of the table has the name that the SDK's attributes
/// specify, otherwise that of the property.</remarks>
public sealed class UserTypeBuilder<TUser>
    where TUser : class
{
    private readonly UserTypeDescription _description;

    internal UserTypeBuilder(UserTypeDescription description) => _description = description;

    /// <summary>Sets the partition key of the table, as <c>[DynamoDBHashKey]</c> does.</summary>
    /// <typeparam name="TKey">The type of the property: a string, a <see cref="Guid"/> or an integer.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Id</c>.</param>
    /// <param name="isGenerated">Whether the store fills in the key, as with <see cref="GeneratedKeyAttribute"/>.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> PartitionKey<TKey>(Expression<Func<TUser, TKey>> property, bool isGenerated = false)
        => Set(UserRole.PartitionKey, property, isGenerated);

    /// <summary>Sets the sort key of the table, as <c>[DynamoDBRangeKey]</c> does.</summary>
    /// <typeparam name="TKey">The type of the property: a string, a <see cref="Guid"/> or an integer.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Id</c>.</param>
    /// <param name="isGenerated">Whether the store fills in the key, as with <see cref="GeneratedKeyAttribute"/>.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> SortKey<TKey>(Expression<Func<TUser, TKey>> property, bool isGenerated = false)
        => Set(UserRole.SortKey, property, isGenerated);

    /// <summary>Sets the property with the version, as <c>[DynamoDBVersion]</c> does.</summary>
    /// <typeparam name="TVersion">The type of the property: a nullable integer.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Version</c>.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> Version<TVersion>(Expression<Func<TUser, TVersion>> property) => Set(UserRole.Version, property);

    /// <summary>Sets the property with the time of creation, as <see cref="CreatedAtAttribute"/> does.</summary>
    /// <typeparam name="TInstant">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.CreatedAt</c>.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> CreatedAt<TInstant>(Expression<Func<TUser, TInstant>> property) => Set(UserRole.CreatedAt, property);

    /// <summary>Sets the property with the time of the last write, as <see cref="UpdatedAtAttribute"/> does.</summary>
    /// <typeparam name="TInstant">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.UpdatedAt</c>.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> UpdatedAt<TInstant>(Expression<Func<TUser, TInstant>> property) => Set(UserRole.UpdatedAt, property);

    /// <summary>Sets the property with the expiry, as <see cref="ExpiresAtAttribute"/> does.</summary>
    /// <typeparam name="TInstant">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.ExpiresAt</c>.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> ExpiresAt<TInstant>(Expression<Func<TUser, TInstant>> property) => Set(UserRole.ExpiresAt, property);

    /// <summary>Sets the property that identifies the revision, as <see cref="RevisionAttribute"/> does. The SDK must not store it: mark it with
    /// <c>[DynamoDBIgnore]</c>.</summary>
    /// <param name="property">The property, such as <c>u => u.Revision</c>.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> Revision(Expression<Func<TUser, string?>> property) => Set(UserRole.Revision, property);

    /// <summary>Makes the values of a property unique, as <see cref="UniqueAttribute"/> does.</summary>
    /// <param name="name">The name of the value in the table of reservations.</param>
    /// <param name="property">The property, such as <c>u => u.UserName</c>.</param>
    /// <param name="normalization">How values are normalized.</param>
    /// <param name="within">The property that defines the scope; <see langword="null"/> for the whole table.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> Unique(
        string name,
        Expression<Func<TUser, string?>> property,
        UniqueValueNormalization normalization = UniqueValueNormalization.None,
        Expression<Func<TUser, object?>>? within = null)
        => AddReserved(name, property, normalization, within);

    /// <summary>Makes each value of a set unique, as <see cref="UniqueAttribute"/> does.</summary>
    /// <param name="name">The name of the values in the table of reservations.</param>
    /// <param name="property">The property, such as <c>u => u.Logins</c>.</param>
    /// <param name="normalization">How values are normalized.</param>
    /// <param name="within">The property that defines the scope; <see langword="null"/> for the whole table.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> Unique(
        string name,
        Expression<Func<TUser, IEnumerable<string>?>> property,
        UniqueValueNormalization normalization = UniqueValueNormalization.None,
        Expression<Func<TUser, object?>>? within = null)
        => AddReserved(name, property, normalization, within);

    /// <summary>Indexes the values of a property, as <see cref="IndexedAttribute"/> does.</summary>
    /// <param name="name">The name of the values in the table of reservations.</param>
    /// <param name="property">The property, such as <c>u => u.City</c>.</param>
    /// <param name="normalization">How values are normalized.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> Indexed(
        string name, Expression<Func<TUser, string?>> property, UniqueValueNormalization normalization = UniqueValueNormalization.None)
        => AddReserved(name, property, normalization, isShared: true);

    /// <summary>Indexes each value of a set, as <see cref="IndexedAttribute"/> does.</summary>
    /// <param name="name">The name of the values in the table of reservations.</param>
    /// <param name="property">The property, such as <c>u => u.Roles</c>.</param>
    /// <param name="normalization">How values are normalized.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> Indexed(
        string name,
        Expression<Func<TUser, IEnumerable<string>?>> property,
        UniqueValueNormalization normalization = UniqueValueNormalization.None)
        => AddReserved(name, property, normalization, isShared: true);

    /// <summary>Classifies the values of a property, as an attribute derived from <see cref="DataClassificationAttribute"/> does.</summary>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Phone</c>.</param>
    /// <param name="classification">The classification: one of <see cref="UserDataTaxonomy"/> or of a taxonomy of your own, or
    /// <see cref="DataClassification.None"/> for values that need no protection.</param>
    /// <returns>This builder.</returns>
    /// <remarks>Can be called several times for a property that has several classifications.</remarks>
    public UserTypeBuilder<TUser> Classified<TValue>(Expression<Func<TUser, TValue>> property, DataClassification classification)
    {
        ArgumentNullException.ThrowIfNull(property);
        string name = NameOf(property);
        if (!_description.Classifications.TryGetValue(name, out List<DataClassification>? classifications))
            _description.Classifications.Add(name, classifications = []);
        classifications.Add(classification);
        return this;
    }

    /// <summary>Encrypts the values of a property under a data key of the user's own, as <see cref="EncryptedAttribute"/> does.</summary>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <param name="property">The property, such as <c>u => u.Phone</c>.</param>
    /// <returns>This builder.</returns>
    public UserTypeBuilder<TUser> Encrypted<TValue>(Expression<Func<TUser, TValue>> property)
    {
        ArgumentNullException.ThrowIfNull(property);
        _description.Encrypted.Add(NameOf(property));
        return this;
    }

    /// <summary>Restricts the store to the items of the table that are users, where items of other kinds share the table.</summary>
    /// <param name="condition">Comparisons of stored properties with constants for equality, joined by <c>&amp;&amp;</c>, such as
    /// <c>u => u.Kind == "user"</c>.</param>
    /// <returns>This builder.</returns>
    /// <remarks>An item that does not satisfy the condition is never returned, changed, deleted, audited, backfilled or replicated. A key that
    /// holds one does not exist for reads, and exists already for creates. New users must satisfy the condition, and no update may change
    /// that.</remarks>
    public UserTypeBuilder<TUser> OnlyWhere(Expression<Func<TUser, bool>> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        _description.OnlyWhere = condition;
        return this;
    }

    private UserTypeBuilder<TUser> AddReserved(
        string name, LambdaExpression property, UniqueValueNormalization normalization, LambdaExpression? within = null, bool isShared = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(property);
        _description.UniqueValues.Add(new DescribedUniqueValue(name, NameOf(property), normalization, within is null ? null : NameOf(within), isShared));
        return this;
    }

    private UserTypeBuilder<TUser> Set(UserRole role, LambdaExpression property, bool isGenerated = false)
    {
        ArgumentNullException.ThrowIfNull(property);
        _description.Roles[role] = NameOf(property);
        if (isGenerated)
            _description.GeneratedKeys.Add(NameOf(property));
        return this;
    }

    private static string NameOf(LambdaExpression property)
        => (property.Body is UnaryExpression { NodeType: ExpressionType.Convert } conversion ? conversion.Operand : property.Body)
            is MemberExpression { Expression: ParameterExpression, Member.Name: var name }
            ? name
            : throw new ArgumentException("The expression is not a property of the user, such as u => u.Id.", nameof(property));
}
