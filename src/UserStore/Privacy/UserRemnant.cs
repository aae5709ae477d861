namespace UserStore.Privacy;

/// <summary>Represents data of an erased user that is still stored.</summary>
/// <param name="UserHash">The hash of the user's key, as in the <see cref="UserErasureReceipt"/>.</param>
/// <param name="Kind">What is left.</param>
/// <param name="TableName">The table, with the prefix.</param>
/// <param name="ItemKey">The key of the item in the JSON of DynamoDB's API, which can be used with the AWS CLI. It can contain personal data.</param>
public sealed record UserRemnant(string UserHash, UserDataKind Kind, string TableName, string ItemKey)
{
    /// <summary>Gets a value indicating whether <see cref="IUserPrivacy{TUser}.EraseRemnantsAsync"/> has deleted it.</summary>
    public bool IsErased { get; init; }

    /// <summary>Returns the hash, the kind and the table, and no personal data.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"{Kind} {{ UserHash = {UserHash}, TableName = {TableName}, IsErased = {IsErased} }}";
}
