using System.Security.Cryptography;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using UserStore.DynamoDb;
using UserStore.Privacy;
using UserStore.Testing;

namespace UserStore.DocumentationTests.Examples;

[DynamoDBTable("Patients")]
public record Patient
{
    [DynamoDBHashKey]
    public required string Id { get; init; }

    [DynamoDBVersion]
    public long? Version { get; init; }

    [Encrypted]
    public string? Diagnosis { get; init; }

    [Encrypted]
    [Unique("insurance", Normalization = UniqueValueNormalization.CaseInsensitive)]
    public string? Insurance { get; init; }
}

public sealed class KmsDataKeyWrapper(IAmazonKeyManagementService kms, string keyId) : IDataKeyWrapper
{
    private static readonly Dictionary<string, string> Context = new() { ["purpose"] = "data keys of users" };

    public async Task<byte[]> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken = default)
    {
        var request = new EncryptRequest { KeyId = keyId, Plaintext = new MemoryStream(dataKey.ToArray()), EncryptionContext = Context };
        return (await kms.EncryptAsync(request, cancellationToken)).CiphertextBlob.ToArray();
    }

    public async Task<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrappedKey, CancellationToken cancellationToken = default)
    {
        var request = new DecryptRequest { CiphertextBlob = new MemoryStream(wrappedKey.ToArray()), EncryptionContext = Context };
        try
        {
            return (await kms.DecryptAsync(request, cancellationToken)).Plaintext.ToArray();
        }
        catch (InvalidCiphertextException changed)
        {
            throw new CryptographicException("The data key was changed, or is not one of this service.", changed);
        }
    }
}

/// <summary>Compiles and runs the code of the guide to encryption.</summary>
public sealed class EncryptionExamples
{
    [Fact]
    public async Task The_wrapper_for_AWS_KMS_wraps_and_unwraps()
    {
        IAmazonKeyManagementService kms = Substitute.For<IAmazonKeyManagementService>();
        kms.EncryptAsync(Arg.Any<EncryptRequest>(), Arg.Any<CancellationToken>()).Returns(call => new EncryptResponse
        {
            CiphertextBlob = new MemoryStream([1, .. call.Arg<EncryptRequest>().Plaintext.ToArray()]),
        });
        kms.DecryptAsync(Arg.Any<DecryptRequest>(), Arg.Any<CancellationToken>()).Returns(call => new DecryptResponse
        {
            Plaintext = new MemoryStream(call.Arg<DecryptRequest>().CiphertextBlob.ToArray()[1..]),
        });
        var wrapper = new KmsDataKeyWrapper(kms, "alias/user-data-keys");

        byte[] wrapped = await wrapper.WrapAsync(new byte[] { 7, 8 });

        wrapped.Should().Equal(1, 7, 8);
        (await wrapper.UnwrapAsync(wrapped)).Should().Equal(7, 8);
        kms.DecryptAsync(Arg.Any<DecryptRequest>(), Arg.Any<CancellationToken>()).ThrowsAsync(new InvalidCiphertextException("changed"));
        Func<Task> unwrap = () => wrapper.UnwrapAsync(wrapped);
        await unwrap.Should().ThrowAsync<CryptographicException>();
    }

    [Fact]
    public async Task The_example_of_a_registration_is_valid()
    {
        Environment.SetEnvironmentVariable("USERSTORE_HASH_KEY", Convert.ToBase64String(new byte[32]));
        (byte[] newKey, byte[] oldKey) = (new byte[32], new byte[32]);
        ServiceCollection services = [];
        services.AddSingleton<IAmazonKeyManagementService>(_ => new AmazonKeyManagementServiceClient());
        services.AddSingleton<IDataKeyWrapper>(provider => new KmsDataKeyWrapper(
            provider.GetRequiredService<IAmazonKeyManagementService>(), "alias/user-data-keys"));
        services.AddUserStore<Patient>(options =>
            options.Privacy.HashKey = Convert.FromBase64String(Environment.GetEnvironmentVariable("USERSTORE_HASH_KEY")!));
        services.AddSingleton<IDataKeyWrapper>(new LocalDataKeyWrapper(newKey, oldKey));
        services.Configure<UserStoreOptions>(typeof(Patient).FullName, options => options.ServiceUrl = "http://127.0.0.1:1");
        await using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<IUserStore<Patient>>().Should().NotBeNull();
    }

    [Fact]
    public async Task The_example_that_saves_every_user_reads_changed_ones_again_and_names_those_that_it_cannot_save()
    {
        var store = new InMemoryUserStore<Patient>();
        var privacy = new InMemoryUserPrivacy<Patient>(store);
        foreach (string id in new[] { "fake-1", "fake-2", "fake-3", "fake-4" })
            await store.CreateAsync(new Patient { Id = id, Diagnosis = "Fake diagnosis", Insurance = id });
        UserPage<Patient> page = await store.ListPageAsync();
        await store.UpdateAsync("fake-2", new UserPatch<Patient>().Set(patient => patient.Diagnosis, "Fake change"));
        await store.DeleteAsync("fake-3");
        await privacy.RestrictAsync("fake-4");
        IUserStore<Patient> listed = Substitute.For<IUserStore<Patient>>();
        listed.ListPageAsync(Arg.Any<UserListOptions>(), Arg.Any<string>(), Arg.Any<CancellationToken>()).Returns(page);
        listed.UpdateAsync(Arg.Any<Patient>(), Arg.Any<CancellationToken>()).Returns(call => store.UpdateAsync(call.Arg<Patient>()));
        listed.FindAsync(Arg.Any<UserKey>(), Arg.Any<ReadConsistency>(), Arg.Any<CancellationToken>())
            .Returns(call => store.FindAsync(call.Arg<UserKey>(), call.Arg<ReadConsistency>()));

        List<string> left = await EncryptAllAsync(listed, CancellationToken.None);

        left.Should().Equal("fake-4");
        (await store.GetAsync("fake-1")).Version.Should().Be(2);
        (await store.GetAsync("fake-2")).Should().BeEquivalentTo(new { Version = 3, Diagnosis = "Fake change" });
        (await store.FindAsync("fake-3")).Should().BeNull();

        static async Task<List<string>> EncryptAllAsync(IUserStore<Patient> patients, CancellationToken cancellationToken)
        {
            List<string> left = [];
            await foreach (Patient listed in patients.ListAsync(cancellationToken: cancellationToken))
            {
                bool isSaved = false;
                for (Patient? patient = listed; patient is not null && !isSaved;)
                {
                    try
                    {
                        await patients.UpdateAsync(patient, cancellationToken);
                        isSaved = true;
                    }
                    catch (UserConflictException) // another writer changed or deleted the user
                    {
                        patient = await patients.FindAsync(patient.Id, ReadConsistency.Strong, cancellationToken);
                    }
                    catch (Exception refused) when (refused is UserValueInUseException or UserRestrictedException or InvalidUserException)
                    {
                        left.Add(patient.Id);
                        break;
                    }
                }
            }

            return left;
        }
    }

    [Fact]
    public async Task The_scan_of_the_guide_counts_plain_values_and_a_user_without_its_data_key_is_kept_as_the_guide_says()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using AmazonDynamoDBClient client = server.CreateClient();
        var options = new UserStoreOptions { TableNamePrefix = $"guide-{Guid.NewGuid():N}-" };
        options.Privacy.HashKey = new byte[32];
        options.Privacy.UseDataKeyWrapper(new LocalDataKeyWrapper(new byte[32]));
        options.Privacy.DataKeyCacheDuration = TimeSpan.Zero;
        var patients = new DynamoDbUserStore<Patient>(client, options);
        var privacy = new DynamoDbUserPrivacy<Patient>(client, options);
        await patients.EnsureTablesAsync();
        foreach (string id in new[] { "fake-1", "fake-2", "fake-3" })
            await patients.CreateAsync(new Patient { Id = id, Diagnosis = "Fake diagnosis", Insurance = id });
        string table = $"{options.TableNamePrefix}Patients";
        foreach (string id in new[] { "fake-2", "fake-3" })
            await UpdateAsync(id, "SET Diagnosis = :plain", new() { [":plain"] = new("Fake diagnosis") });
        await privacy.RestrictAsync("fake-3");

        (await CountPlainAsync()).Should().Be(2);
        await privacy.ReleaseAsync("fake-3");
        await foreach (Patient patient in patients.ListAsync())
            await patients.UpdateAsync(patient);
        (await CountPlainAsync()).Should().Be(0);

        string keys = $"{options.TableNamePrefix}PatientsDataKeys";
        foreach (Dictionary<string, AttributeValue> row in (await client.ScanAsync(new ScanRequest(keys))).Items)
            await client.DeleteItemAsync(keys, new() { ["id"] = row["id"] });
        await patients.Invoking(store => store.FindAsync("fake-1")).Should().ThrowAsync<UserStoreSchemaException>();
        foreach (string id in new[] { "fake-1", "fake-2" })
            await UpdateAsync(id, "REMOVE Diagnosis, Insurance, data_key", null);

        Patient kept = (await patients.FindAsync("fake-1"))!;
        await patients.UpdateAsync(kept with { Diagnosis = "Fake diagnosis", Insurance = "fake-1" });
        await foreach (UniqueValueAuditPage _ in new DynamoDbUniqueValueAudit<Patient>(client, options).RepairAsync())
            continue;
        (await patients.FindByAsync(patient => patient.Insurance, "fake-1", ReadConsistency.Strong))!.Diagnosis.Should().Be("Fake diagnosis");
        await patients.CreateAsync(new Patient { Id = "fake-4", Insurance = "fake-2" });
        (await patients.FindAsync("fake-2"))!.Insurance.Should().BeNull();

        Task UpdateAsync(string id, string expression, Dictionary<string, AttributeValue>? values) => client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = table,
            Key = new() { ["Id"] = new(id) },
            UpdateExpression = expression,
            ExpressionAttributeValues = values,
        });

        async Task<int?> CountPlainAsync() => (await client.ScanAsync(new ScanRequest(table)
        {
            Select = Select.COUNT,
            ExpressionAttributeValues = new() { [":binary"] = new("B") },
            FilterExpression = "(attribute_exists(Diagnosis) AND NOT attribute_type(Diagnosis, :binary)) "
                + "OR (attribute_exists(restricted_item.Diagnosis) AND NOT attribute_type(restricted_item.Diagnosis, :binary))",
        })).Count;
    }
}
