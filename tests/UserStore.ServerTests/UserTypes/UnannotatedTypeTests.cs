using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb;

namespace UserStore.ServerTests.UserTypes;

/// <summary>A class without any attribute, which the options describe.</summary>
public sealed class UnannotatedTypeTests : ServerTest
{
    [Fact]
    public async Task A_class_of_another_assembly_is_stored_as_the_options_describe_it()
    {
        await using ServiceProvider provider = Provide();
        IUserStore<Employee> store = provider.GetRequiredService<IUserStore<Employee>>();
        await store.EnsureTablesAsync();

        Employee created = await store.CreateAsync(new Employee { Company = 7, Login = " ADA " });
        Employee saved = await store.UpdateAsync(
            new Employee { Company = 7, Id = created.Id, Login = "ada", Name = "Ada", Hired = created.Hired, Revision = 1 });
        Employee patched = await store.UpdateAsync(UserKey.Of(7, created.Id!), new UserPatch<Employee>().Set(user => user.Name, "Fake"));

        Guid.TryParse(created.Id, out _).Should().BeTrue();
        (created.Login, created.Revision, created.Hired).Should().Be(("ada", 1, Clock.GetUtcNow().UtcDateTime));
        (saved.Revision, patched.Revision, patched.Name, patched.Touched).Should().Be((2, 3, "Fake", Clock.GetUtcNow()));
        (await store.FindByAsync(user => user.Login, "Ada", ReadConsistency.Strong, within: 7)).Should().BeEquivalentTo(patched);
        (await store.QueryAsync(UserQuery<Employee>.OfPartition(7)).ReadAllAsync()).Should().ContainSingle();
        Func<Task> taken = () => store.CreateAsync(new Employee { Company = 7, Login = "ada" });
        await taken.Should().ThrowAsync<UserValueInUseException>();
        Func<Task> stale = () => store.UpdateAsync(saved);
        (await stale.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(3);
        (await store.DeleteAsync(UserKey.Of(7, created.Id!)))!.Name.Should().Be("Fake");
    }

    [Fact]
    public async Task Its_items_have_the_names_of_the_properties()
    {
        await using ServiceProvider provider = Provide();
        IUserStore<Employee> store = provider.GetRequiredService<IUserStore<Employee>>();
        await store.EnsureTablesAsync();
        await store.CreateAsync(new Employee { Company = 7, Id = "1", Login = "ada", Leaves = Clock.GetUtcNow().AddDays(1).ToUnixTimeSeconds() });

        DescribeTableResponse table = await Client.DescribeTableAsync(Options.TableNamePrefix + "Staff");
        Dictionary<string, AttributeValue> item = (await ScanAsync(Options.TableNamePrefix + "Staff")).Should().ContainSingle().Which;

        table.Table.KeySchema.Select(key => (key.AttributeName, key.KeyType.Value)).Should().Equal(("Company", "HASH"), ("Id", "RANGE"));
        item.Keys.Should().BeEquivalentTo("Company", "Id", "Login", "Revision", "Hired", "Touched", "Leaves", "kept_write_id", "kept_birth_id");
        (await Client.DescribeTimeToLiveAsync(Options.TableNamePrefix + "Staff")).TimeToLiveDescription.AttributeName.Should().Be("Leaves");
    }

    [Fact]
    public async Task A_generic_class_has_a_table_of_its_own_name()
    {
        Options.Describe<Envelope<int>>(type => type.PartitionKey(user => user.Id));
        DynamoDbUserStore<Envelope<int>> store = await Stores.CreateAsync<Envelope<int>>(Options);

        await store.CreateAsync(new Envelope<int> { Id = "1", Content = 7 });

        (await ScanAsync(Options.TableNamePrefix + "Envelope")).Should().ContainSingle().Which["Content"].N.Should().Be("7");
    }

    private ServiceProvider Provide()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IAmazonDynamoDB>(Client).AddSingleton<TimeProvider>(Clock);
        services.AddUserStore<Employee>(options =>
        {
            (options.TableNamePrefix, options.UsersTable, options.BookkeepingPrefix) = (Options.TableNamePrefix, "Staff", "kept_");
            options.Describe<Employee>(type => type
                .PartitionKey(user => user.Company)
                .SortKey(user => user.Id, isGenerated: true)
                .Version(user => user.Revision)
                .CreatedAt(user => user.Hired)
                .UpdatedAt(user => user.Touched)
                .ExpiresAt(user => user.Leaves)
                .Unique("login", user => user.Login, UniqueValueNormalization.CaseInsensitive, within: user => user.Company));
        });
        return services.BuildServiceProvider();
    }

    public class Employee
    {
        public int Company { get; set; }

        public string? Id { get; set; }

        public string? Login { get; set; }

        public string? Name { get; set; }

        public int? Revision { get; set; }

        public DateTime Hired { get; set; }

        public DateTimeOffset Touched { get; set; }

        public long? Leaves { get; set; }
    }

    public class Envelope<TContent>
    {
        public string? Id { get; set; }

        public TContent? Content { get; set; }
    }
}
