using System.Linq.Expressions;
using Microsoft.Extensions.Compliance.Classification;

namespace UserStore;

internal enum UserRole
{
    PartitionKey,
    SortKey,
    Version,
    CreatedAt,
    UpdatedAt,
    ExpiresAt,
    Revision,
}

/// <summary>What the options say of a user type in place of, or in addition to, its attributes.</summary>
internal sealed class UserTypeDescription(Type userType)
{
    public Type UserType => userType;

    /// <summary>Gets the names of the properties that have roles.</summary>
    public Dictionary<UserRole, string> Roles { get; } = [];

    public HashSet<string> GeneratedKeys { get; } = new(StringComparer.Ordinal);

    public List<DescribedUniqueValue> UniqueValues { get; } = [];

    /// <summary>Gets the classifications of properties, by name.</summary>
    public Dictionary<string, List<DataClassification>> Classifications { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the names of the properties whose values are encrypted.</summary>
    public HashSet<string> Encrypted { get; } = new(StringComparer.Ordinal);

    public LambdaExpression? OnlyWhere { get; set; }
}

/// <summary>A unique value as the options describe it, or values that several users can have, but are indexed.</summary>
internal sealed record DescribedUniqueValue(
    string Name, string Property, UniqueValueNormalization Normalization, string? Within, bool IsShared = false);
