using System.Security.Claims;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.AspNetCore.Identity;

/// <summary>A claim of a user or of a role, as it is stored.</summary>
public sealed record IdentityClaim
{
    /// <summary>Gets or sets the type.</summary>
    [DynamoDBProperty("type")]
    public string Type { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets the value.</summary>
    [DynamoDBProperty("value")]
    public string Value { get; set => field = value ?? ""; } = "";

    internal string Key => IdentityKey.Of(Type, Value);

    internal static IdentityClaim Of(Claim claim) => new() { Type = claim.Type, Value = claim.Value };

    internal Claim ToClaim() => new(Type, Value);
}
