using System.Globalization;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Microsoft.Extensions.Compliance.Classification;
using UserStore.Replication;

namespace UserStore.ServerTests.Privacy;

/// <summary>A user with personal data in every kind of property.</summary>
[GenerateUserMapping]
public record WalkedUser : User
{
    [DynamoDBProperty("city")]
    [DynamoDBGlobalSecondaryIndexHashKey("city-index")]
    [UserPersonalData]
    public string? City { get; init; }

    [DynamoDBProperty("salary")]
    [DynamoDBGlobalSecondaryIndexRangeKey("city-index")]
    [UserSensitiveData]
    public decimal? Salary { get; init; }

    [DynamoDBProperty("phone")]
    [Unique("phone")]
    [UserContactData]
    public string? Phone { get; init; }

    [DynamoDBProperty("logins")]
    [Unique("login")]
    [UserPersonalData]
    public HashSet<string>? Logins { get; init; }

    [DynamoDBProperty("groups")]
    [Indexed("group")]
    [UserPersonalData]
    public HashSet<string>? Groups { get; init; }

    [DynamoDBProperty("claims")]
    [UserSensitiveData]
    public Dictionary<string, string>? Claims { get; init; }

    [DynamoDBProperty("address")]
    [UserContactData]
    public WalkedAddress? Address { get; init; }

    [DynamoDBProperty("photo")]
    [UserPersonalData]
    public byte[]? Photo { get; init; }

    [DynamoDBProperty("plan")]
    [NoDataClassification]
    public WalkedPlan? Plan { get; init; }

    [DynamoDBProperty("pin", typeof(PinConverter))]
    [UserSensitiveData]
    public string? Pin { get; init; }
}

public record WalkedAddress
{
    public string? Street { get; set; }

    public List<string> Lines { get; set; } = [];
}

public enum WalkedPlan
{
    Free,
    Team,
}

/// <summary>A converter as applications write them: the exceptions of the framework quote what they cannot parse.</summary>
public sealed class PinConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value)
        => value is string pin ? new Primitive(int.Parse(pin, CultureInfo.InvariantCulture).ToString(), saveAsNumeric: true) : null!;

    public object FromEntry(DynamoDBEntry entry)
        => int.Parse(entry.AsString(), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
}

/// <summary>A converter that stores as a number what is none.</summary>
public sealed class LooseNumberConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value) => value is string digits ? new Primitive(digits, saveAsNumeric: true) : null!;

    public object FromEntry(DynamoDBEntry entry) => entry.AsString();
}

/// <summary>A user of a service that knows nothing of this library: a record that prints everything, without unique values.</summary>
[DynamoDBTable("Profiles")]
public record WalkedProfile
{
    [DynamoDBHashKey("id")]
    public string Id { get; set; } = "";

    [DynamoDBProperty("name")]
    public string? Name { get; set; }

    [DynamoDBProperty("card", typeof(LooseNumberConverter))]
    public string? Card { get; set; }

    [DynamoDBProperty("notes")]
    public List<string>? Notes { get; set; }

    [DynamoDBVersion]
    public long? Version { get; set; }
}

[DynamoDBTable("WalkedViews")]
public sealed class WalkedView
{
    [DynamoDBHashKey("city")]
    public required string? City { get; init; }

    [DynamoDBRangeKey("user_id")]
    public required string UserId { get; init; }

    [DynamoDBProperty("email")]
    public string? Email { get; init; }
}

public sealed class WalkedProjection : IUserProjection<WalkedUser, WalkedView>
{
    public WalkedView? Project(WalkedUser user) => user.Status == "failing"
        ? throw new ApplicationFailureException($"{user.Name} {user.Email}")
        : user.City is null ? null : new WalkedView { City = user.City, UserId = user.UserId, Email = user.Email };
}

/// <summary>An exception of the application, which is responsible for what it says.</summary>
public sealed class ApplicationFailureException(string message) : Exception(message);
