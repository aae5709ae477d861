using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;
using UserStore.AspNetCore.Identity;

namespace IdentityService;

/// <summary>A user of the service, with what it stores besides Identity's properties.</summary>
public sealed class AppUser : DynamoDbIdentityUser
{
    [DynamoDBProperty("display_name")]
    [PersonalData]
    public string? DisplayName { get; set; }
}
