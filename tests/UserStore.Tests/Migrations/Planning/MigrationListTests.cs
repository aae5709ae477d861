using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.Migrations.Planning;
using UserStore.Tests.Documentation;

namespace UserStore.Tests.Migrations.Planning;

public sealed class MigrationListTests
{
    private readonly MigrationList _list = new();
    private readonly ServiceCollection _services = [];

    [Fact]
    public void Constructors_get_services_and_migrations_sort_by_id()
    {
        _services.AddSingleton(TimeProvider.System);
        _list.Add<AddCity>().Add<AddCity>().Add("20200101000000_first", (_, _) => Task.CompletedTask).Add(new Plain("20300101000000_last"));

        MigrationSource source = Load();

        source.Ids.Should().Equal("20200101000000_first", "20261121093000_add_city", "20300101000000_last");
        source["20261121093000_add_city"].Should().BeOfType<AddCity>();
    }

    [Fact]
    public void All_migrations_of_an_assembly_are_found()
    {
        _services.AddSingleton(TimeProvider.System);
        _list.AddFromAssembly(new FewTypes(typeof(AddCity), typeof(UndoableMigration), typeof(string)));

        Load().Ids.Should().Equal("20261121093000_add_city");
        new MigrationList().AddFromAssembly(typeof(User).Assembly).Registrations.Should().BeEmpty("the built-in ones are added by name");
    }

    [Fact]
    public void Ids_with_another_number_of_digits_are_rejected()
    {
        _list.Add(new Plain("9_a")).Add(new Plain("10_b"));

        InvalidMigrationException rejected = this.Invoking(_ => Load()).Should().Throw<InvalidMigrationException>().Which;

        rejected.Message.Should().Contain("'9_a'").And.Contain("'10_b'").And.Contain("digits");
    }

    [Fact]
    public void A_malformed_id_on_a_class_is_rejected_by_name()
    {
        _list.Add<WithWrongId>();

        this.Invoking(_ => Load()).Should().Throw<InvalidMigrationException>().Which.MigrationId.Should().Be("attribute");
    }

    [Fact]
    public void Two_migrations_with_the_same_id_are_rejected_by_id_and_classes()
    {
        _list.Add(new Plain("1_a")).Add("1_a", (_, _) => Task.CompletedTask);

        this.Invoking(_ => Load()).Should().Throw<InvalidMigrationException>().Which.Message.Should().Contain("1_a").And.Contain(nameof(Plain));
    }

    private MigrationSource Load() => MigrationSource.Load(_list, _services.BuildServiceProvider());

    private sealed class FewTypes(params Type[] types) : Assembly
    {
        public override Type[] GetTypes() => types;
    }

    private sealed class Plain(string id) : Migration(id)
    {
        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    [Migration("attribute")]
    private sealed class WithWrongId : Migration
    {
        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
