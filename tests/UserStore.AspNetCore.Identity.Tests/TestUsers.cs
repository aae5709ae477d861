using Amazon.DynamoDBv2.DataModel;

namespace UserStore.AspNetCore.Identity.Tests;

/// <summary>A user as a service derives it.</summary>
public class Member : DynamoDbIdentityUser
{
    [DynamoDBProperty("city")]
    public string? City { get; set; }
}

/// <summary>A role as a service derives it.</summary>
public class MemberRole : DynamoDbIdentityRole
{
    [DynamoDBProperty("description")]
    public string? Description { get; set; }
}
