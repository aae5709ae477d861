using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <summary>An authentication token of a user, as it is stored.</summary>
public sealed record IdentityToken
{
    /// <summary>Gets or sets the provider.</summary>
    [DynamoDBProperty("provider")]
    public string LoginProvider { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets the name.</summary>
    [DynamoDBProperty("name")]
    public string Name { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets the value.</summary>
    [DynamoDBProperty("value")]
    [ProtectedPersonalData]
    public string? Value { get; set; }
}
